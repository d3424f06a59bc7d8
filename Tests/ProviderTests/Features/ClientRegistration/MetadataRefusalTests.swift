import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// What cannot be registered (RFC 7591 §3.2.2): the answer names the member.
struct MetadataRefusalTests {
    /// One member that is wrong; `beside` is what makes it so.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let name: String
        let value: JSON
        var error = "invalid_client_metadata"
        var beside: JSONObject = [:]
        var testDescription: String { "\(name) \(value)".prefix(120).description }

        init(_ name: String, _ value: JSON, beside: JSONObject = [:], error: String = "invalid_client_metadata") {
            (self.name, self.value, self.beside, self.error) = (name, value, beside, error)
        }
    }

    private static let redirects: [Wrong] =
        [
            "http://app.example/cb", "https://app.example/cb#x", "https://u:p@app.example/cb", "https:///cb", "/cb", "",
            "javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "com.example.app:/cb",
            "https://app.example/c b", "https://app.example/\u{E9}", "https://*.example/cb", "HTTPS://app.example/cb",
            "//app.example/cb",
            "http://127.0.0.1@evil.example/cb", "http://localhost.evil.example/cb", "ftp://app.example/cb",
            .string("https://app.example/" + String(repeating: "a", count: 2048)), 7, nil, ["https://app.example/cb"],
        ].map { Wrong("redirect_uris", [$0], error: "invalid_redirect_uri") } + [
            Wrong("redirect_uris", [], error: "invalid_redirect_uri"),
            Wrong("redirect_uris", nil, error: "invalid_redirect_uri"),
            Wrong("redirect_uris", "https://app.example/cb", error: "invalid_redirect_uri"),
            Wrong("redirect_uris", ["https://a.example/", "https://a.example/"], error: "invalid_redirect_uri"),
            Wrong(
                "redirect_uris",
                .strings((0..<21).map { "https://a.example/\($0)" }),
                error: "invalid_redirect_uri"
            ),
            Wrong(
                "redirect_uris",
                ["myapp:/cb"],
                beside: ["application_type": "native"],
                error: "invalid_redirect_uri"
            ),
        ]

    private static let addresses: [Wrong] =
        [
            "client_uri", "logo_uri", "policy_uri", "tos_uri", "initiate_login_uri", "backchannel_logout_uri",
            "frontchannel_logout_uri",
        ].flatMap { name in
            [
                "http://app.example/", "javascript:alert(1)", "x", "https://", "https://a.example/#x", 1,
                ["https://a.example"],
            ]
            .map { Wrong(name, $0) }
        }
        + [
            "initiate_login_uri", "backchannel_logout_uri", "client_uri", "logo_uri", "policy_uri", "tos_uri",
        ].map { Wrong($0, "http://localhost/x") } + [
            Wrong("frontchannel_logout_uri", "https://other.example/"),
            Wrong("frontchannel_logout_uri", "https://app.example:8443/"),
            Wrong("post_logout_redirect_uris", ["http://app.example/"]),
            Wrong("post_logout_redirect_uris", ["https://a.example/", "https://a.example/"]),
            Wrong("post_logout_redirect_uris", "https://a.example/"), Wrong("request_uris", ["http://a.example/"]),
            Wrong("request_uris", ["data:x"]), Wrong("request_uris", "https://a.example/"),
        ]

    private static let values: [Wrong] = [
        Wrong("client_name", .string("a" + String(repeating: "\u{301}", count: 30_000))),
        Wrong("client_name", "Your\u{200B} bank"), Wrong("client_name", "b\u{200E}ank"),
        Wrong("token_endpoint_auth_method", "tls_client_auth"), Wrong("token_endpoint_auth_method", 1),
        Wrong("token_endpoint_auth_signing_alg", "none"), Wrong("token_endpoint_auth_signing_alg", "HS512"),
        Wrong(
            "token_endpoint_auth_signing_alg",
            "ES256",
            beside: ["token_endpoint_auth_method": "client_secret_jwt"]
        ),
        Wrong(
            "token_endpoint_auth_signing_alg",
            "HS256",
            beside: ["token_endpoint_auth_method": "private_key_jwt", "jwks": ["keys": []]]
        ),
        Wrong("grant_types", ["client_credentials"]), Wrong("grant_types", ["implicit"]),
        Wrong("grant_types", ["refresh_token"]), Wrong("grant_types", "authorization_code"), Wrong("grant_types", [1]),
        Wrong("response_types", ["token"]), Wrong("response_types", ["code", "id_token"]),
        Wrong("response_types", "code"),
        Wrong("scope", "everything"), Wrong("scope", "open\"id"), Wrong("scope", ["openid"]),
        Wrong("application_type", "desktop"), Wrong("subject_type", "private"),
        Wrong("client_name", .string(String(repeating: "x", count: 201))), Wrong("client_name", "a\nb"),
        Wrong("client_name", "a\u{202E}b"), Wrong("client_name", ["en": "x"]),
        Wrong("contacts", "ops@app.example"), Wrong("contacts", [1]),
        Wrong("contacts", .strings((0..<21).map { "c\($0)" })),
        Wrong("id_token_signed_response_alg", "none"), Wrong("id_token_signed_response_alg", "HS256"),
        Wrong("id_token_signed_response_alg", "ES256K"), Wrong("id_token_signed_response_alg", "RS256"),
        Wrong("userinfo_signed_response_alg", "none"), Wrong("userinfo_signed_response_alg", "PS256"),
        Wrong("default_max_age", -1), Wrong("default_max_age", "600"), Wrong("default_max_age", 1.5),
        Wrong("default_max_age", .integer(Int64.max)), Wrong("require_auth_time", "true"),
        Wrong("require_auth_time", 1),
        Wrong("default_acr_values", "urn:a"), Wrong("backchannel_logout_session_required", 1),
        Wrong("frontchannel_logout_session_required", "yes"), Wrong("software_id", 1),
        Wrong("software_version", .string(String(repeating: "x", count: 201))),
    ]

    /// `signed` has a key on P-256 that says nothing of its use.
    private static let encryption: [Wrong] =
        ["id_token_encrypted_response", "userinfo_encrypted_response"].flatMap { name in
            [
                Wrong("\(name)_alg", "RSA-OAEP", beside: signed), Wrong("\(name)_alg", "RSA1_5", beside: signed),
                Wrong("\(name)_alg", "dir", beside: signed), Wrong("\(name)_alg", 1, beside: signed),
                Wrong("\(name)_alg", "RSA-OAEP-256", beside: signed), Wrong("\(name)_alg", "ECDH-ES"),
                Wrong("\(name)_enc", "A128GCM", beside: signed),
                Wrong("\(name)_enc", "A192GCM", beside: signed.merging(["\(name)_alg": "ECDH-ES"])),
            ]
        } + [
            Wrong("request_object_encryption_alg", "RSA-OAEP"), Wrong("request_object_encryption_enc", "A128GCM"),
            // The server of these tests has no key for it.
            Wrong("request_object_encryption_alg", "RSA-OAEP-256"),
        ]

    private static let unsupported: [Wrong] = [
        Wrong("dpop_bound_access_tokens", true),
        Wrong("tls_client_certificate_bound_access_tokens", true),
        Wrong("software_statement", "a.b.c", error: "unapproved_software_statement"),
    ]

    private static let signed: JSONObject = ["jwks": ["keys": [.object(try! TestKey.known().jwk)]]]
    private static let objects: [Wrong] = [
        Wrong("request_object_signing_alg", "ES256"), Wrong("request_object_signing_alg", "HS256"),
        Wrong("request_object_signing_alg", "HS256", beside: signed), Wrong("request_object_signing_alg", "None"),
        Wrong("request_object_signing_alg", "HS512"), Wrong("request_object_signing_alg", 1),
        Wrong("require_pushed_authorization_requests", "yes"),
        Wrong("require_signed_request_object", true), Wrong("require_signed_request_object", "yes"),
        Wrong(
            "require_signed_request_object",
            true,
            beside: signed.merging(["request_object_signing_alg": "none"])
        ),
        Wrong("request_uris", ["https://127.0.0.1/r"]),
        Wrong("request_uris", ["https://a.example/r", "https://[::1]/r#x"]),
        Wrong("jwks_uri", "https://10.0.0.1/jwks"), Wrong("jwks_uri", "https://a.example/", beside: signed),
    ]

    private static let withKey: JSONObject = ["token_endpoint_auth_method": "private_key_jwt"]
    /// CA-27.
    private static let keys: [Wrong] = [
        nil, ["keys": []], ["keys": [1]], ["keys": 1], "x", [],
        ["keys": [["kty": "oct", "k": "c2VjcmV0"]]],
        [
            "keys": [
                [
                    "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                    "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
                ]
            ]
        ],
        ["keys": [["kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"]]],
        ["keys": [["kty": "RSA", "n": .string("w" + String(repeating: "A", count: 170)), "e": "AQAB"]]],
    ].map { Wrong("jwks", $0, beside: withKey) }

    @Test(arguments: redirects + addresses + values + encryption + unsupported + objects + keys)
    func `a member that is wrong is named`(wrong: Wrong) async throws {
        let provider = try await TestProvider.open()
        let control = await provider.registerClient(wrong.name == "jwks" ? [:] : wrong.beside)
        #expect(wrong.beside["jwks"] == ["keys": []] || control.status == 201, "the rest can be registered")
        var members = wrong.beside
        members[wrong.name] = wrong.value
        let reply = await provider.registerClient(members)
        #expect(reply.status == 400)
        #expect(reply.error == wrong.error)
        #expect(reply["error_description"]?.hasPrefix(wrong.name + " ") == true, "\(reply["error_description"] ?? "")")
        #expect(reply.field("Cache-Control") == "no-store")
    }

    @Test(arguments: [TestBody.none, .raw([], type: "application/json"), .json([]), .form(["redirect_uris": "x"])])
    func `a body that is no JSON object is refused`(body: TestBody) async throws {
        let provider = try await TestProvider.open()
        let reply = await provider.call(.post, "/oauth/register", body)
        #expect(reply.status == 400 && reply.error == "invalid_request")
    }

    @Test func `null is the same as nothing, and keys for encryption are passed over`() async throws {
        let provider = try await TestProvider.open()
        let key = try TestKey.p256()
        let nulls = await provider.registerClient([
            "client_name": nil, "scope": nil, "jwks": nil, "default_max_age": nil,
        ])
        #expect(nulls.status == 201)
        let keys: JSON = ["keys": [.object(key.jwk), .object(try TestKey.p256().jwk.merging(["use": "enc"]))]]
        let reply = await provider.registerClient(Self.withKey.merging(["jwks": keys]))
        #expect(reply.json?["jwks"]?.objectValue?["keys"]?.arrayValue?.count == 1)
        #expect(try await provider.proves(provider.client(reply, key: key)))
    }
}
