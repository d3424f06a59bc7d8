import HTTPTypes
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@testable import Provider

/// Which response types a client may register, and what beside them (RFC 7591 §2.1, OIDC Registration §2).
struct ImplicitRegistrationTests {
    struct Wish: Sendable, CustomTestStringConvertible {
        let types: [String]?
        let grants: [String]?
        /// What is registered: types and grants; nil where it is refused.
        let registered: (types: [String], grants: [String])?

        init(_ types: [String]?, _ grants: [String]?, _ registered: ([String], [String])? = nil) {
            (self.types, self.grants, self.registered) = (types, grants, registered)
        }

        var testDescription: String { "\(types ?? []) with \(grants ?? [])" }

        var members: JSONObject {
            var members: JSONObject = ["id_token_signed_response_alg": "ES256"]
            if let types { members["response_types"] = .strings(types) }
            if let grants { members["grant_types"] = .strings(grants) }
            return members
        }
    }

    private static let code = "authorization_code"

    static let wishes: [Wish] = [
        Wish(["id_token"], ["implicit"], (["id_token"], ["implicit"])),
        Wish(["id_token token"], ["implicit"], (["id_token token"], ["implicit"])),
        Wish(["token id_token", "id_token"], ["implicit"], (["id_token", "id_token token"], ["implicit"])),
        Wish(["token id_token", "id_token token"], ["implicit"], (["id_token token"], ["implicit"])),
        Wish(
            ["id_token", "code"],
            ["implicit", code, "refresh_token"],
            (["code", "id_token"], [code, "implicit", "refresh_token"])
        ),
        // What it has no use for is left out, and the answer says so.
        Wish(nil, [code, "implicit"], (["code"], [code])), Wish(["code"], [code, "implicit"], (["code"], [code])),
        Wish(["id_token"], nil), Wish(["id_token"], [code]), Wish(["id_token"], [code, "implicit"]),
        Wish(["code", "id_token"], [code]), Wish(["code", "id_token"], ["implicit"]), Wish(nil, ["implicit"]),
        Wish(["code"], ["implicit"]), Wish(["id_token"], ["refresh_token"]), Wish(["token"], ["implicit"]),
        Wish(["code id_token"], ["implicit", code]), Wish(["code token"], ["implicit", code]),
        Wish(["none"], ["implicit"]), Wish(["id_token  token"], ["implicit"]), Wish([""], ["implicit"]),
        Wish(["ID_TOKEN"], ["implicit"]), Wish(["id_token"], ["client_credentials", "implicit", code]),
    ]

    @Test(arguments: wishes)
    func `types and grants agree, or it is refused`(wish: Wish) async throws {
        let provider = try await TestProvider.open { $0.servesImplicitFlow = true }
        let reply = await provider.registerClient(wish.members)
        guard let registered = wish.registered else {
            #expect(reply.status == 400 && reply.error == "invalid_client_metadata", "\(reply.json ?? [:])")
            return
        }
        #expect(reply.status == 201)
        let read = await provider.manage(.get, reply)
        for answer in [reply, read] {
            #expect(answer.json?["response_types"]?.stringsValue == registered.types)
            #expect(answer.json?["grant_types"]?.stringsValue == registered.grants)
        }
        let stored = try provider.stores.clients.client(Client.ID(reply["client_id"] ?? ""))
        #expect(stored.map { ResponseType.names($0.metadata.responseTypes) } == registered.types)
    }

    @Test(arguments: wishes)
    func `off, which is the default, there are codes alone`(wish: Wish) async throws {
        let reply = await (try await TestProvider.open()).registerClient(wish.members)
        let isOfCodes = wish.registered?.types == ["code"]
        #expect(reply.status == (isOfCodes ? 201 : 400))
        #expect(isOfCodes || reply.error == "invalid_client_metadata")
    }

    @Test func `where everyone who registers must send a code challenge, there are codes alone too`() async throws {
        let wish = try #require(Self.wishes.first)
        for (isStrict, status) in [(true, 400), (false, 201)] {
            let provider = try await TestProvider.open {
                $0.servesImplicitFlow = true
                $0.registeredPolicy.requiresPKCE = isStrict
            }
            #expect(await provider.registerClient(wish.members).status == status)
        }
    }

    /// Each with whether a web application may have it that asks for tokens at once, and whether one that asks for codes.
    @Test(arguments: [
        ("https://app.example/callback", true, true), ("https://app.example:8443/callback?x=1", true, true),
        ("https://localhost.example/", true, true), ("https://localhost/callback", false, true),
        ("https://LOCALHOST:8443/", false, true), ("https://localhost./", false, true),
        ("https://app.localhost/", false, true), ("https://127.0.0.1/", false, true), ("https://[::1]/", false, true),
        ("http://localhost/callback", false, true), ("http://127.0.0.1/callback", false, true),
        ("http://app.example/", false, false),
    ])
    func `tokens go to no web application but by TLS, and to no machine of a person's`(
        uri: String,
        takesTokens: Bool,
        takesCodes: Bool
    ) async throws {
        let provider = try await TestProvider.open { $0.servesImplicitFlow = true }
        for (type, grant, isTaken) in [("id_token", "implicit", takesTokens), ("code", Self.code, takesCodes)] {
            let members = Wish([type], [grant]).members.merging([
                "redirect_uris": ["https://app.example/other", .string(uri)]
            ])
            let reply = await provider.registerClient(members)
            #expect(reply.status == (isTaken ? 201 : 400), "\(type)")
            #expect(isTaken || reply.error == "invalid_redirect_uri")
        }
        let native = await provider.registerClient(
            Wish(["id_token"], ["implicit"]).members.merging([
                "application_type": "native", "redirect_uris": ["http://127.0.0.1/callback", "com.example.app:/cb"],
            ])
        )
        #expect(native.status == 201)
    }

    @Test func `a registration is changed as a whole, and what was there before is not kept`() async throws {
        let provider = try await TestProvider.open { $0.servesImplicitFlow = true }
        let wish = try #require(Self.wishes.first)
        let registered = await provider.registerClient(wish.members)
        var body = TestProvider.redirects.merging(wish.members)
        body["client_id"] = .string(registered["client_id"] ?? "")
        (body["response_types"], body["grant_types"]) = (nil, nil)
        let replaced = await provider.manage(.put, registered, .json(.object(body)))
        #expect(replaced.status == 200 && replaced.json?["response_types"] == ["code"])
    }
}
