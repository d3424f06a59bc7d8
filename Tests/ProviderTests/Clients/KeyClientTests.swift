import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// Keys of accounts as clients: found by `client_id`, by `public_key`, or by the assertion.
struct KeyClientTests {
    @Test(arguments: [KeyClientForm.sub, .clientID, .point, .compressed, .jwk, .both])
    func `a key is found by each of its names`(form: KeyClientForm) async throws {
        let provider = try await TestProvider()
        for key in [try TestKey.p256(), try .secp256k1()] {
            let account = try await provider.register(key, email: "\(key.algorithm.rawValue)@example.org")
            let assertion = try await provider.assertion(of: TestClient(keyOfAccount: key))
            let reply = await provider.requestToken(assertion: assertion, form.parameters(key))
            #expect(reply.status == 200, "\(reply.refusal?.failed.description ?? "")")
            #expect(await provider.userinfo(reply["access_token"] ?? "")["sub"] == account)
        }
    }

    enum KeyClientForm: Sendable {
        case sub, clientID, point, compressed, jwk, both

        func parameters(_ key: TestKey) -> TestForm {
            switch self {
            case .sub: [:]
            case .clientID: ["client_id": key.clientID]
            case .point: ["public_key": key.hexadecimal.uppercased()]
            case .compressed: ["public_key": key.compressed]
            case .jwk: ["public_key": key.jwkText]
            case .both: ["public_key": key.hexadecimal, "client_id": key.clientID]
            }
        }
    }

    @Test(arguments: [KeyClientForm.sub, .clientID, .point, .compressed, .jwk, .both])
    func `an unknown key is an unknown user`(form: KeyClientForm) async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        let assertion = try await provider.assertion(of: TestClient(keyOfAccount: key))
        let reply = await provider.requestToken(assertion: assertion, form.parameters(key))
        #expect(reply.status == 401)
        #expect(reply.error == "invalid_client")
        #expect(reply["error_description"] == "User not found")
        #expect(reply.failedCheck == "client_id")
    }

    @Test(arguments: [
        "", "04", "zz", "{}", "[]", "{\"kty\":\"oct\",\"k\":\"AAAA\"}", "04" + String(repeating: "0", count: 128),
    ])
    func `a public key that is none is refused`(text: String) async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        try await provider.register(key)
        let assertion = try await provider.assertion(of: TestClient(keyOfAccount: key))
        let reply = await provider.requestToken(assertion: assertion, ["public_key": text])
        // An empty parameter counts as omitted (RFC 6749 §3.1).
        #expect(reply.status == (text.isEmpty ? 200 : 400))
        #expect(reply.error == (text.isEmpty ? nil : "invalid_request"))
    }

    @Test func `a public key and another client's id are refused`() async throws {
        let provider = try await TestProvider()
        let (key, other) = (try TestKey.p256(), try TestKey.p256())
        try await provider.register(key)
        let assertion = try await provider.assertion(of: TestClient(keyOfAccount: key))
        for id in [other.clientID, "client-1"] {
            let reply = await provider.requestToken(
                assertion: assertion,
                ["public_key": key.hexadecimal, "client_id": id]
            )
            ClientAuthenticationTests.expect(reply, 400, "invalid_request", "client_id")
        }
    }

    @Test func `a public key without an assertion is told what is missing`() async throws {
        let provider = try await TestProvider()
        let form: TestForm = ["grant_type": "client_credentials", "public_key": try TestKey.p256().hexadecimal]
        let reply = await provider.call(.post, "/oauth/token", .form(form))
        ClientAuthenticationTests.expect(reply, 400, "invalid_request", "parameters")
        #expect(reply["error_description"] == "client_assertion is missing")
    }

    /// The x coordinate 6 lies on both curves, so a compressed point with it registers two keys.
    @Test func `a compressed point on both curves registers a key on each`() async throws {
        let provider = try await TestProvider()
        let text = "02" + String(repeating: "0", count: 63) + "6"
        let keys = try RegisteredKey.all(in: text)
        #expect(keys.count == 2)
        // Nobody knows the private keys: what can be seen is that both are registered, and by whom.
        try await provider.register(try .p256(), form: text)
        let found = try await keys.asyncMap { try await provider.dependencies.subjects.key(thumbprint: $0.thumbprint) }
        #expect(found.map { $0?.registeredForm } == [text, text])
        #expect(found[0]?.subject.id == found[1]?.subject.id)
        for (key, algorithm) in zip(keys, [JWS.Algorithm.signature(.es256), .signature(.es256k)]) {
            #expect(try KeyClient.thumbprint(of: text, for: algorithm) == key.thumbprint)
        }
    }

    @Test(arguments: [
        ("urn:ietf:params:oauth:jwk-thumbprint:sha-256:abc", "abc"),
        ("urn:ietf:params:oauth:jwk-thumbprint:sha-256:", ""),
        ("urn:ietf:params:oauth:jwk-thumbprint:sha-512:abc", nil),
        ("URN:ietf:params:oauth:jwk-thumbprint:sha-256:abc", nil),
        ("client-1", nil), ("", nil),
    ])
    func `the id of a key client is the URN of its thumbprint`(id: String, thumbprint: String?) {
        #expect(KeyClient.thumbprint(in: Client.ID(id)) == thumbprint)
        if let thumbprint { #expect(KeyClient.id(thumbprint: thumbprint) == Client.ID(id)) }
    }
}
