import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// Pairwise names of accounts (OIDC Core §8).
struct SectorTests {
    private static let list = "https://sector.example/uris.json"

    @Test func `a sector's list holds all redirect URIs`() async throws {
        let provider = try await TestProvider.open()
        provider.documents.put(.json(["https://app.example/callback", "https://b.example/cb"]), at: Self.list)
        let members: JSONObject = [
            "subject_type": "pairwise", "sector_identifier_uri": .string(Self.list),
            "redirect_uris": ["https://app.example/callback", "https://b.example/cb"],
        ]
        let reply = await provider.registerClient(members)
        #expect(reply.status == 201)
        for name in members.names { #expect(reply.json?[name] == members[name]) }
        #expect(provider.documents.count(Self.list) == 1)
    }

    @Test(arguments: [
        TestDocuments.Answer.json(["https://b.example/cb"]), .json([]), .json(["https://app.example/callback/"]),
        .json(["https://app.example/callback", 1]), .json(["a": "https://app.example/callback"]),
        .json("https://app.example/callback"), .bytes([]), .bytes([0xFF]), .failure("timeout"),
    ])
    func `another list is refused, and all are refused alike`(answer: TestDocuments.Answer) async throws {
        let provider = try await TestProvider.open()
        provider.documents.put(answer, at: Self.list)
        for type in ["pairwise", "public"] {
            let reply = await provider.registerClient([
                "subject_type": .string(type), "sector_identifier_uri": .string(Self.list),
            ])
            #expect(reply.status == 400 && reply.error == "invalid_client_metadata")
            #expect(
                reply["error_description"]
                    == "sector_identifier_uri must be the URL of a JSON array with all of redirect_uris"
            )
        }
    }

    @Test(
        arguments: [
            (["https://a.example/1", "https://A.example/2"], 201), (["https://a.example/", "https://b.example/"], 400),
            (["com.example.app:/cb"], 400), (["http://127.0.0.1/cb", "com.example.app:/cb"], 400),
        ] as [([String], Int)]
    )
    func `without a list there is one host`(uris: [String], status: Int) async throws {
        let provider = try await TestProvider.open()
        let members: JSONObject = ["application_type": "native", "redirect_uris": .strings(uris)]
        let reply = await provider.registerClient(members.merging(["subject_type": "pairwise"]))
        #expect(reply.status == status)
        #expect(await provider.registerClient(members).status == 201, "the control: public names need none")
    }

    private static func client(_ id: String, sector: String?) -> Client {
        var client = Client(
            id: Client.ID(id),
            name: id,
            authentication: .none,
            credential: .none,
            scope: .empty
        )
        client.metadata.redirectURIs = [
            RedirectURI(registering: "https://\(sector ?? "x.example")/cb", isNative: false)!
        ]
        client.metadata.isPairwise = sector != nil
        return client
    }

    @Test func `a name is the same within a sector, another in another, and turns back`() async throws {
        let provider = try await TestProvider()
        let names = SubjectNames(provider.dependencies)
        let ada = Subject.ID("3b241101-e2bb-4255-8caf-4136c566a962")
        let bob = Subject.ID("3b241101-e2bb-4255-8caf-4136c566a963")
        let (one, two) = (Self.client("1", sector: "a.example"), Self.client("2", sector: "A.example"))
        let (other, plain) = (Self.client("3", sector: "b.example"), Self.client("4", sector: nil))
        let name = names.name(of: ada, for: one)
        #expect(name.description.utf8.count == 22 && name != ada)
        #expect(names.name(of: ada, for: two) == name)
        #expect(names.name(of: bob, for: one) != name)
        #expect(names.name(of: ada, for: other) != name)
        #expect(names.name(of: ada, for: plain) == ada)
        for client in [one, two, other, plain] {
            #expect(names.subject(named: names.name(of: ada, for: client), for: client) == ada)
        }
        #expect(names.subject(named: name, for: other) != ada)
        #expect(names.subject(named: ada, for: one) != ada, "what it is called elsewhere is no name of it here")
        let restarted = try await provider.restarted()
        #expect(SubjectNames(restarted.dependencies).name(of: ada, for: one) == name)
    }
}
