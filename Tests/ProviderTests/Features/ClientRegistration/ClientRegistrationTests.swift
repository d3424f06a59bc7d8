import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@testable import Provider

/// RFC 7591 §3.
struct ClientRegistrationTests {
    @Test func `a client is registered with what it asked for and what it left out`() async throws {
        let provider = try await TestProvider.open()
        let reply = await provider.registerClient([
            "client_name": "An app", "unknown": [1], "client_name#de": "Eine App",
        ])
        #expect(reply.status == 201)
        #expect(reply.field("Content-Type") == "application/json")
        #expect(reply.field("Cache-Control") == "no-store")
        let json = try #require(reply.json)
        let secrets = ["client_secret", "registration_access_token", "client_id", "registration_client_uri"]
        for name in secrets { #expect(reply[name]?.isEmpty == false, "\(name)") }
        var rest = json
        for name in secrets { rest[name] = nil }
        let expected: JSONObject = [
            "client_name": "An app", "application_type": "web", "subject_type": "public",
            "token_endpoint_auth_method": "client_secret_basic", "grant_types": ["authorization_code"],
            "response_types": ["code"], "scope": "openid profile email address phone offline_access",
            "redirect_uris": ["https://app.example/callback"], "id_token_signed_response_alg": "ES256",
            "client_id_issued_at": .integer(provider.clock.now().seconds), "client_secret_expires_at": 0,
        ]
        #expect(Set(rest.names) == Set(expected.names))
        for name in expected.names { #expect(rest[name] == expected[name], "\(name)") }
        #expect(try await provider.proves(provider.client(reply)))
        let stored = try #require(try await provider.stores.clients.client(Client.ID(reply["client_id"] ?? "")))
        #expect(
            stored.name == "An app"
                && stored.metadata.redirectURIs.map(\.description) == ["https://app.example/callback"]
        )
    }

    @Test func `everything that is registered is kept and told again`() async throws {
        let provider = try await TestProvider.open()
        let members: JSONObject = [
            "client_name": "App", "application_type": "native", "token_endpoint_auth_method": "client_secret_post",
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "redirect_uris": ["https://app.example/callback?bar=foo", "http://127.0.0.1/cb", "com.example.app:/cb"],
            "post_logout_redirect_uris": ["https://app.example/bye"], "scope": "openid email",
            "contacts": ["ops@app.example"], "client_uri": "https://app.example",
            "logo_uri": "https://app.example/l.png",
            "policy_uri": "https://app.example/p", "tos_uri": "https://app.example/t",
            "initiate_login_uri": "https://app.example/login", "default_max_age": 600, "require_auth_time": true,
            "default_acr_values": ["urn:a"], "userinfo_signed_response_alg": "ES256",
            "id_token_signed_response_alg": "ES256", "software_id": "s", "software_version": "1.2",
            "request_uris": ["https://app.example/r#hash"], "request_object_signing_alg": "ES256",
            "id_token_encrypted_response_alg": "ECDH-ES", "id_token_encrypted_response_enc": "A256GCM",
            "userinfo_encrypted_response_alg": "ECDH-ES", "userinfo_encrypted_response_enc": "A128CBC-HS256",
            "require_signed_request_object": true, "require_pushed_authorization_requests": true,
            "jwks": ["keys": [.object(try TestKey.known().jwk)]],
            "backchannel_logout_uri": "https://app.example/b",
            "backchannel_logout_session_required": true, "frontchannel_logout_uri": "https://app.example/f",
            "frontchannel_logout_session_required": true, "subject_type": "public",
        ]
        let registered = await provider.registerClient(members)
        #expect(registered.status == 201, "\(String(decoding: registered.body, as: UTF8.self))")
        let read = await provider.manage(.get, registered)
        for reply in [registered, read] {
            for name in members.names { #expect(reply.json?[name] == members[name], "\(name)") }
        }
        let stored = try #require(try await provider.stores.clients.client(Client.ID(registered["client_id"] ?? "")))
        #expect(stored.metadata.backChannelLogoutURI?.description == "https://app.example/b")
        #expect(stored.metadata.backChannelLogoutSessionRequired && stored.metadata.frontChannelLogoutSessionRequired)
        #expect(stored.metadata.frontChannelLogoutURI?.description == "https://app.example/f")
        #expect(stored.metadata.isNative && stored.grants == [.authorizationCode, .refreshToken])
    }

    @Test(arguments: ClientAuthenticationMethod.allCases)
    func `a client proves itself by the method that it registered`(method: ClientAuthenticationMethod) async throws {
        let provider = try await TestProvider.open()
        let key = try TestKey.p256()
        var members: JSONObject = ["token_endpoint_auth_method": .string(method.rawValue)]
        if method == .privateKeyJWT { members["jwks"] = ["keys": [.object(key.jwk)]] }
        let reply = await provider.registerClient(members)
        #expect(reply.status == 201)
        let hasSecret = ![.none, .privateKeyJWT].contains(method)
        #expect((reply["client_secret"] != nil) == hasSecret)
        #expect((reply.json?["client_secret_expires_at"] == 0) == hasSecret)
        let client = provider.client(reply, key: method == .privateKeyJWT ? key : nil)
        #expect(try await provider.proves(client) == (method != .none))
        #expect(await provider.manage(.get, reply)["client_secret"] == nil, "it is shown once")
    }

    @Test func `keys that are for nothing but encryption are kept where something is encrypted`() async throws {
        let provider = try await TestProvider.open()
        let (key, other) = (try TestKey.p256(), try TestKey.p256())
        let keys: JSON = [
            .object(key.privateKey.publicKey.toPublicJSON(kid: "signs", use: "sig")),
            .object(other.privateKey.publicKey.toPublicJSON(kid: "reads", use: "enc")),
        ]
        let members: JSONObject = ["token_endpoint_auth_method": "private_key_jwt", "jwks": ["keys": keys]]
        for encryption in [[:], ["id_token_encrypted_response_alg": "ECDH-ES"]] as [JSONObject] {
            let reply = await provider.registerClient(members.merging(encryption))
            #expect(reply.status == 201)
            let kept = await provider.manage(.get, reply).json?["jwks"]?.objectValue?["keys"]?.arrayValue?.count
            #expect(kept == (encryption.isEmpty ? 1 : 2))
            #expect(try await provider.proves(provider.client(reply, key: key)))
            #expect(
                try await provider.proves(provider.client(reply, key: other)) == false,
                "a key that reads proves nothing"
            )
        }
    }

    @Test func `an algorithm for assertions binds`() async throws {
        let provider = try await TestProvider.open()
        let key = try TestKey(.rsa(bits: 2048), algorithm: .ps256)
        let members: JSONObject = [
            "token_endpoint_auth_method": "private_key_jwt", "jwks": ["keys": [.object(key.jwk)]],
            "token_endpoint_auth_signing_alg": "PS256",
        ]
        let reply = await provider.registerClient(members)
        #expect(try await provider.proves(provider.client(reply, key: key)))
        let other = TestKey(key.privateKey, algorithm: .rs256)
        #expect(try await provider.proves(provider.client(reply, key: other)) == false)
    }

    @Test func `where registration is off there is nothing`() async throws {
        let provider = try await TestProvider()
        #expect(await provider.registerClient().status == 404)
        let metadata = await provider.call(.get, "/.well-known/openid-configuration")
        #expect(metadata["registration_endpoint"] == nil && metadata["issuer"] != nil)
    }

    @Test func `where it is open the metadata lists it`() async throws {
        let provider = try await TestProvider.open()
        let metadata = await provider.call(.get, "/.well-known/openid-configuration")
        #expect(metadata["registration_endpoint"] == "https://id.example.org/oauth/register")
    }

    @Test func `an initial access token lets in, and nothing else does`() async throws {
        let provider = try await TestProvider.open { $0.registration = .token(digest: Hash.digest("initial")) }
        for token in [nil, "", "Initial", "initial2", "ini tial"] {
            let reply = await provider.registerClient(token: token)
            #expect(reply.status == (token == "" || token == "ini tial" ? 400 : 401), "\(token ?? "-")")
            #expect(reply.status != 401 || reply.field("WWW-Authenticate")?.hasPrefix("Bearer ") == true)
        }
        #expect(await provider.registerClient(token: "initial").status == 201)
    }

    @Test func `wrong tokens are counted`() async throws {
        let provider = try await TestProvider { $0.registration = .token(digest: Hash.digest("initial")) }
        for _ in 0..<10 { #expect(await provider.registerClient(token: "x").status == 401) }
        let limited = await provider.registerClient(token: "initial")
        #expect(limited.status == 429 && limited.field("Retry-After") == "60")
        #expect(await provider.registerClient(token: "initial", from: "198.51.100.1").status == 201)
    }

    @Test func `what the operator holds clients to that register is theirs, and what they ask for is not`() async throws
    {
        let provider = try await TestProvider.open {
            $0.registeredPolicy = ClientPolicy.named["strict"] ?? ClientPolicy()
        }
        for members in [[:], ["policy": "openid-core", "skip_consent": true, "resource_server": true]] as [JSONObject] {
            let reply = await provider.registerClient(members)
            let stored = try #require(try await provider.stores.clients.client(Client.ID(reply["client_id"] ?? "")))
            #expect(stored.policy == ClientPolicy.named["strict"] && !stored.isResourceServer)
            #expect(await provider.manage(.get, reply).status == 200)
        }
    }

    @Test func `DR-01 refusals that have a document fetched are counted, before it is`() async throws {
        let provider = try await TestProvider { $0.registration = .open }
        let members: JSONObject = ["subject_type": "pairwise", "sector_identifier_uri": "https://sector.example/"]
        for _ in 0..<10 { #expect(await provider.registerClient(members).status == 400) }
        #expect(await provider.registerClient(members).status == 429)
        #expect(provider.documents.count("https://sector.example/") == 10)
        #expect(await provider.registerClient(members, from: "198.51.100.1").status == 400)
    }

    @Test func `DR-01 a network registers three clients an hour`() async throws {
        let provider = try await TestProvider { $0.registration = .open }
        for _ in 0..<3 { #expect(await provider.registerClient().status == 201) }
        #expect(await provider.registerClient(["scope": 1]).status == 400, "what is refused makes nothing")
        let limited = await provider.registerClient()
        #expect(limited.status == 429 && limited.error == "temporarily_unavailable")
        #expect(limited.field("Retry-After") == "3600")
        #expect(await provider.registerClient(from: "198.51.100.1").status == 201)
        let later = try await provider.restarted(after: 3600)
        #expect(await later.registerClient().status == 429, "the limit outlives the process")
        try await later.stores.sweep(at: later.clock.now())
        #expect(await later.registerClient().status == 429, "nor does a sweep lift it")
        later.clock.advance(by: 1)
        try await later.stores.sweep(at: later.clock.now())
        #expect(await later.registerClient().status == 201)
    }

    @Test(arguments: ["client-1", "by-hand", TestProvider.issuer, "martlet:pages", "", "../x", "https://app.example/c"])
    func `DR-09 the server gives the client id, whatever the registration says`(wanted: String) async throws {
        let provider = try await TestProvider.open()
        let byHand = try await provider.addClient(.clientSecretBasic, id: "by-hand")
        let reply = await provider.registerClient([
            "client_id": .string(wanted), "client_secret": "chosen", "client_id_issued_at": 1,
            "registration_access_token": "chosen", "client_secret_expires_at": 1,
        ])
        #expect(reply.status == 201)
        let id = try #require(reply["client_id"])
        #expect(id != wanted && ULID(id) != nil)
        #expect(reply["client_secret"]?.hasPrefix("martlet_cs_") == true)
        #expect(reply["registration_access_token"]?.hasPrefix("martlet_rat_") == true)
        #expect(reply.json?["client_id_issued_at"] == .integer(provider.clock.now().seconds))
        #expect(reply.json?["client_secret_expires_at"] == 0)
        let registered = try provider.stores.clients.client(Client.ID(wanted))
        #expect((registered != nil) == (wanted == "by-hand"), "nobody is filed under what was wished for")
        #expect(try await provider.proves(byHand), "who had the id has it, and its secret")
        #expect(try await provider.proves(provider.client(reply)), "the control")
    }
}
