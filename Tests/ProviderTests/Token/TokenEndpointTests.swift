import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

struct TokenEndpointTests {
    @Test(arguments: ClientAuthenticationMethod.proving)
    func `each method of client authentication gets a token`(method: ClientAuthenticationMethod) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(method)
        let reply = try await provider.requestToken(as: client)
        #expect(reply.status == 200)
        #expect(reply["token_type"] == "Bearer")
        #expect(reply["scope"] == "read write")
        #expect(reply.json?["expires_in"] == 3600)
        #expect(reply.field("Cache-Control") == "no-store")
        #expect(reply.refusal == nil)
    }

    @Test func `a JSON body is taken with the same names`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretPost)
        let body: JSONObject = [
            "grant_type": "client_credentials", "client_id": "client-1", "scope": "read",
            "client_secret": .string(client.secret ?? ""), "unknown": [1, 2],
        ]
        let reply = await provider.call(.post, "/oauth/token", .json(.object(body)))
        #expect(reply["scope"] == "read")
        let mistyped = await provider.call(.post, "/oauth/token", .json(.object(body.merging(["scope": ["read"]]))))
        #expect(mistyped.status == 400)
        #expect(mistyped["error_description"] == "scope must be a string")
    }

    struct Order: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let form: TestForm
        let status: Int
        let error: String
        let check: String
    }

    /// Each request is wrong in its own phase and in every later one: the earliest wins.
    @Test(arguments: [
        Order(
            testDescription: "1 a repeated parameter",
            form: ["scope": "x", "scope": "x", "grant_type": "password", "client_id": "unknown"],
            status: 400,
            error: "invalid_request",
            check: "parameters"
        ),
        Order(
            testDescription: "1 no grant type",
            form: ["client_id": "unknown", "client_secret": "x", "scope": "\""],
            status: 400,
            error: "invalid_request",
            check: "parameters"
        ),
        Order(
            testDescription: "2 client authentication",
            form: ["grant_type": "client_credentials", "client_id": "idle", "client_secret": "x", "scope": "\""],
            status: 401,
            error: "invalid_client",
            check: "client_secret"
        ),
        Order(
            testDescription: "3 a grant that the client may not use",
            form: ["grant_type": "client_credentials", "client_id": "idle", "client_secret": "right", "scope": "\""],
            status: 400,
            error: "unauthorized_client",
            check: "grant_type"
        ),
        Order(
            testDescription: "5 a malformed scope",
            form: ["grant_type": "client_credentials", "client_id": "busy", "client_secret": "right", "scope": "\""],
            status: 400,
            error: "invalid_scope",
            check: "scope"
        ),
        Order(
            testDescription: "6 a scope that leaves nothing",
            form: [
                "grant_type": "client_credentials", "client_id": "busy", "client_secret": "right", "scope": "admin",
            ],
            status: 400,
            error: "invalid_scope",
            check: "scope"
        ),
    ])
    func `the earliest phase that fails gives the answer`(case order: Order) async throws {
        let provider = try await TestProvider()
        for (id, grants) in [("idle", []), ("busy", [GrantType.clientCredentials])] {
            var client = Client(
                id: Client.ID(id),
                name: id,
                authentication: .clientSecretPost,
                credential: .secretDigest(Hash.digest("right")),
                scope: try Scope("read")
            )
            client.grants = Set(grants)
            try await provider.add(client)
        }
        let reply = await provider.call(.post, "/oauth/token", .form(order.form))
        ClientAuthenticationTests.expect(reply, order.status, order.error, order.check)
        #expect(reply.field("Cache-Control") == "no-store")
        #expect(reply["error_uri"]?.hasSuffix("#\(order.error)") == true)
    }

    @Test(arguments: [
        "password", "urn:ietf:params:oauth:grant-type:device_code", "", "CLIENT_CREDENTIALS", "client_credentials ",
    ])
    func `a grant that is not installed is not supported`(type: String) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretBasic)
        let reply = try await provider.call("/oauth/token", as: client, ["grant_type": type])
        #expect(reply.status == 400)
        #expect(reply.error == (type.isEmpty ? "invalid_request" : "unsupported_grant_type"))
    }

    @Test(
        arguments: [
            (nil, "read write"), ("read", "read"), ("write read", "write read"), ("read admin", "read"),
            ("read read", "read"), ("admin", nil), ("READ", nil), (" ", nil), ("read\"", nil), ("read\twrite", nil),
        ] as [(String?, String?)]
    )
    func `a scope is narrowed to what the client may have`(asked: String?, granted: String?) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretBasic)
        let reply = try await provider.requestToken(as: client, scope: asked)
        #expect(reply["scope"] == granted)
        #expect(reply.error == (granted == nil ? "invalid_scope" : nil))
        #expect(reply.status == (granted == nil ? 400 : 200))
    }

    struct Body: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: TestBody
        var headers: HTTPFields = [:]
        var status = 400
        let check: String
    }

    static let bytes = Array("grant_type=client_credentials".utf8)

    @Test(arguments: [
        Body(testDescription: "no content type", body: .raw(bytes, type: nil), check: "Content-Type"),
        Body(testDescription: "text", body: .raw(bytes, type: "text/plain"), check: "Content-Type"),
        Body(testDescription: "multipart", body: .raw(bytes, type: "multipart/form-data"), check: "Content-Type"),
        Body(
            testDescription: "another charset",
            body: .raw(bytes, type: "application/x-www-form-urlencoded; charset=latin1"),
            check: "Content-Type"
        ),
        Body(
            testDescription: "compressed",
            body: .form(["grant_type": "client_credentials"]),
            headers: [.contentEncoding: "gzip"],
            status: 415,
            check: "Content-Encoding"
        ),
        Body(
            testDescription: "a broken escape",
            body: .raw(Array("a=%zz".utf8), type: formType),
            check: "form encoding"
        ),
        Body(testDescription: "no UTF-8", body: .raw([0x61, 0x3D, 0xFF], type: formType), check: "form encoding"),
        Body(testDescription: "broken JSON", body: .raw(Array("{".utf8), type: "application/json"), check: "JSON"),
        Body(
            testDescription: "a JSON member twice",
            body: .raw(Array(#"{"a":1,"a":1}"#.utf8), type: "application/json"),
            check: "JSON"
        ),
        Body(testDescription: "nothing", body: .form([:]), check: "parameters"),
    ])
    func `a body that cannot be read is refused`(case body: Body) async throws {
        let provider = try await TestProvider()
        let reply = await provider.call(.post, "/oauth/token", body.body, headers: body.headers)
        ClientAuthenticationTests.expect(reply, body.status, "invalid_request", body.check)
    }

    static let formType = "application/x-www-form-urlencoded"

    @Test(arguments: [formType, "\(formType); charset=UTF-8", "APPLICATION/X-WWW-FORM-URLENCODED;charset=\"utf-8\""])
    func `the spelling of the content type does not matter`(type: String) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretBasic)
        let credentials = try await provider.credentials(of: client)
        let reply = await provider.call(
            .post,
            "/oauth/token",
            .raw(Self.bytes, type: type),
            headers: credentials.headers
        )
        #expect(reply.status == 200)
    }
}
