import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// What a registration says of other places.
struct RemoteMetadataTests {
    private static let privateHosts = [
        "127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "[fe80::1]",
        "[fc00::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "2130706433", "0x7f000001", "0177.0.0.1",
        "127.1", "localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1.", "%31%32%37.0.0.1",
        "[64:ff9b::7f00:1]",
        "0x7f.1", "1.1.1.1.1", "224.0.0.1", "255.255.255.255",
    ]

    @Test(arguments: ["jwks_uri", "sector_identifier_uri", "backchannel_logout_uri"], privateHosts)
    func `SS-01 a host that is not of the internet is refused unasked`(name: String, host: String) async throws {
        let provider = try await TestProvider.open()
        let members: JSONObject = ["token_endpoint_auth_method": "private_key_jwt", "subject_type": "pairwise"]
        let url = "https://\(host)/x"
        let refused = await provider.registerClient(
            members.merging(["jwks_uri": "https://app.example/j", name: .string(url)])
        )
        #expect(refused.status == 400 && refused.error == "invalid_client_metadata")
        #expect(refused["error_description"]?.hasPrefix(name + " ") == true, "\(refused["error_description"] ?? "")")
        #expect(provider.documents.count(url) == 0)
        let control = await provider.registerClient(members.merging(["jwks_uri": "https://app.example/j"]))
        #expect(control.status == 201)
    }

    @Test(
        arguments: [
            "http://app.example/j", "file:///etc/passwd", "gopher://a.example/", "ftp://a.example/", "data:x",
            "http://localhost/j", 1, ["a"],
        ] as [JSON]
    )
    func `SS-04 keys and sectors come by https alone`(url: JSON) async throws {
        let provider = try await TestProvider.open()
        for name in ["jwks_uri", "sector_identifier_uri"] {
            let reply = await provider.registerClient([name: url])
            #expect(reply.status == 400 && reply["error_description"]?.hasPrefix(name + " ") == true)
        }
    }

    @Test func `keys are given or published, not both`() async throws {
        let provider = try await TestProvider.open()
        let jwks: JSON = ["keys": [.object(try TestKey.p256().jwk)]]
        for method in ["private_key_jwt", "client_secret_basic"] {
            let reply = await provider.registerClient([
                "token_endpoint_auth_method": .string(method), "jwks": jwks, "jwks_uri": "https://app.example/j",
            ])
            #expect(reply.status == 400 && reply.error == "invalid_client_metadata")
        }
    }

    @Test func `published keys take the place of given ones, and the other way`() async throws {
        let provider = try await TestProvider.open()
        let key = try TestKey.p256()
        let jwks: JSON = ["keys": [.object(key.jwk)]]
        provider.documents.put(.json(["keys": []]), at: "https://app.example/j")
        let given = JSONObject(dictionaryLiteral: ("token_endpoint_auth_method", "private_key_jwt"), ("jwks", jwks))
        let published: JSONObject = [
            "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example/j",
        ]
        let before = await provider.registerClient(given)
        let client = provider.client(before, key: key)
        #expect(try await provider.proves(client))
        for (members, proves) in [(published, false), (given, true)] {
            let body = TestProvider.redirects.merging(members).merging(["client_id": .string(client.id)])
            let after = await provider.manage(.put, before, .json(.object(body)))
            #expect(after.status == 200)
            #expect(after.json?["jwks"] == members["jwks"] || after.json?["jwks_uri"] == members["jwks_uri"])
            #expect(try await provider.proves(client) == proves)
        }
    }
}
