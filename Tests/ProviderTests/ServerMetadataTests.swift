import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// The documents of RFC 8414, OpenID Connect Discovery and RFC 9728, where they lie and what they say.
struct ServerMetadataTests {
    static let algorithms: JSON = [
        "ES256", "ES256K", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512", "HS256",
    ]
    static let encryption: JSON = ["RSA-OAEP-256", "ECDH-ES"]
    static let contents: JSON = ["A128GCM", "A256GCM", "A128CBC-HS256"]
    static let methods: JSON = [
        "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none",
    ]
    static let provingMethods: JSON = [
        "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt",
    ]

    static func expected(_ issuer: String) -> JSONObject {
        var members: JSONObject = [
            "issuer": .string(issuer),
            "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
            "authorization_endpoint": .string("\(issuer)/authorize"), "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post"], "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true, "claims_parameter_supported": true,
            "request_parameter_supported": true, "request_uri_parameter_supported": true,
            "require_request_uri_registration": true, "require_pushed_authorization_requests": false,
            "id_token_encryption_alg_values_supported": encryption,
            "userinfo_encryption_alg_values_supported": encryption,
            "id_token_encryption_enc_values_supported": contents, "userinfo_encryption_enc_values_supported": contents,
            "request_object_signing_alg_values_supported": .array((algorithms.arrayValue ?? []) + ["none"]),
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "end_session_endpoint": .string("\(issuer)/end-session"), "frontchannel_logout_supported": true,
            "frontchannel_logout_session_supported": true, "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true, "display_values_supported": ["page"],
            "ui_locales_supported": ["en"],
            "claim_types_supported": ["normal"], "acr_values_supported": ["urn:martlet:acr:password"],
            "subject_types_supported": ["public", "pairwise"], "protected_resources": [.string(issuer)],
            "id_token_signing_alg_values_supported": ["ES256"],
            "userinfo_signing_alg_values_supported": ["ES256"],
            "scopes_supported": [
                "openid", "profile", "email", "address", "phone", "offline_access", "profile:write", "friends",
                "chat:read", "chat:write",
            ],
            "claims_supported": [
                "sub", "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
                "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at", "email",
                "email_verified", "address", "phone_number", "phone_number_verified", "public_key", "created_at",
            ],
        ]
        for (name, path) in [
            ("token_endpoint", "token"), ("jwks_uri", "jwks"), ("challenge_endpoint", "challenge"),
            ("userinfo_endpoint", "userinfo"), ("introspection_endpoint", "introspect"),
            ("revocation_endpoint", "revoke"), ("pushed_authorization_request_endpoint", "par"),
        ] { members[name] = .string("\(issuer)/oauth/\(path)") }
        for name in ["token", "introspection", "revocation"] {
            members["\(name)_endpoint_auth_methods_supported"] = name == "introspection" ? provingMethods : methods
            members["\(name)_endpoint_auth_signing_alg_values_supported"] = algorithms
        }
        return members
    }

    struct Place: Sendable, CustomTestStringConvertible {
        let issuer: String
        let paths: [String]
        let resource: String
        var testDescription: String { issuer }
    }

    @Test(arguments: [
        Place(
            issuer: "https://id.example.org",
            paths: ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"],
            resource: "/.well-known/oauth-protected-resource"
        ),
        Place(
            issuer: "https://id.example.org/tenants/one",
            paths: [
                "/.well-known/oauth-authorization-server/tenants/one",
                "/.well-known/openid-configuration/tenants/one", "/tenants/one/.well-known/openid-configuration",
            ],
            resource: "/.well-known/oauth-protected-resource/tenants/one"
        ),
        Place(
            issuer: "http://127.0.0.1:8080",
            paths: ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"],
            resource: "/.well-known/oauth-protected-resource"
        ),
    ])
    func `the documents say exactly what is installed, where the specifications look`(place: Place) async throws {
        let provider = try await TestProvider(issuer: place.issuer)
        #expect(Set(provider.provider.documents.keys) == Set(place.paths + [place.resource]))
        for path in place.paths {
            let reply = await provider.call(.get, path)
            #expect(reply.status == 200)
            #expect(reply.field("Content-Type") == "application/json")
            #expect(reply.field("Cache-Control") == "public, max-age=300")
            let document = try #require(reply.json)
            let expected = Self.expected(place.issuer)
            #expect(document.names.sorted() == expected.names.sorted())
            for name in expected.names { #expect(document[name] == expected[name], "\(name)") }
        }
        let resource = try #require(await provider.call(.get, place.resource).json)
        #expect(resource["resource"] == .string(place.issuer))
        #expect(resource["authorization_servers"] == [.string(place.issuer)])
        #expect(resource["bearer_methods_supported"] == ["header"])
        // RFC 9728 §5.1: the challenge leads to the document.
        let origin = String(place.issuer.dropLast(provider.settings.basePath.count))
        let field = await provider.call(.get, provider.settings.basePath + "/oauth/userinfo").field("WWW-Authenticate")
        #expect(field?.contains("resource_metadata=\"\(origin)\(place.resource)\"") == true)
    }

    @Test func `every URL of the metadata is answered, also below a path`() async throws {
        let provider = try await TestProvider(issuer: "https://id.example.org/tenants/one")
        for endpoint in provider.provider.endpoints where endpoint.advertisedAs != nil {
            let reply = await provider.call(endpoint.method, provider.settings.basePath + endpoint.path)
            #expect(reply.status != 404)
        }
        let key = try TestKey.p256()
        let account = try await provider.register(key)
        let token = try await provider.token(of: TestClient(keyOfAccount: key))
        #expect(await provider.userinfo(token)["sub"] == account)
    }

    @Test(arguments: [
        ("https://a.example", ""), ("https://a.example/x", "/x"), ("http://localhost:1/x/y", "/x/y"),
    ])
    func `the base path is what follows the host`(issuer: String, path: String) {
        #expect(Settings(issuer: issuer).basePath == path)
        #expect(Settings(issuer: issuer).url("/oauth/token") == issuer + "/oauth/token")
    }
}
