import Cryptography
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

/// Tokens for resources (RFC 8707), where no person takes part.
struct AudienceTests {
    private static let orders = "https://orders.example"
    private static let stock = "https://stock.example/api"

    private static func provider() async throws -> TestProvider {
        let provider = try await TestProvider()
        try await provider.declare(orders, scope: "orders:read orders:write")
        try await provider.declare(stock, scope: nil)
        return provider
    }

    private static func request(
        _ provider: TestProvider,
        _ client: TestClient,
        scope: String? = nil,
        _ resources: String...
    ) async throws -> TestReply {
        var form: TestForm = ["grant_type": "client_credentials"]
        if let scope { form = form.setting("scope", to: scope) }
        for resource in resources { form = form + ["resource": resource] }
        return try await provider.call("/oauth/token", as: client, form)
    }

    private static func claims(_ reply: TestReply) throws -> JSONObject {
        let policy = JWSPolicy(algorithms: [.es256], type: .required("at+jwt"))
        return try JSONObject.parse(JWS.parse(reply["access_token"] ?? "", policy: policy).payload)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let resources: [String]
        let audience: JSON
        let scope: String
        var testDescription: String { resources.joined(separator: " ") }
    }

    @Test(arguments: [
        Case(resources: [], audience: .string(TestProvider.issuer), scope: "orders:read stock:read"),
        Case(resources: [orders], audience: .string(orders), scope: "orders:read"),
        Case(resources: [stock], audience: .string(stock), scope: "orders:read stock:read"),
        Case(resources: [stock, orders], audience: .strings([stock, orders]), scope: "orders:read stock:read"),
        Case(resources: [stock, stock], audience: .string(stock), scope: "orders:read stock:read"),
    ])
    func `a token is for exactly what was asked, with the scope that it knows`(wanted: Case) async throws {
        let provider = try await Self.provider()
        let client = try await provider.addClient(.clientSecretBasic, scope: "orders:read stock:read")
        var form: TestForm = ["grant_type": "client_credentials"]
        for resource in wanted.resources { form = form + ["resource": resource] }
        let reply = try await provider.call("/oauth/token", as: client, form)
        #expect(reply.status == 200)
        let claims = try Self.claims(reply)
        #expect(claims["aud"] == wanted.audience)
        #expect(claims["scope"]?.stringValue == wanted.scope)
        #expect(reply["scope"] == wanted.scope)
    }

    @Test(arguments: [
        "https://other.example", "https://orders.example/", "https://orders.example#x", "orders", "/orders",
        "https://id.example.org/",
    ])
    func `what nobody registered is no target`(resource: String) async throws {
        let provider = try await Self.provider()
        let client = try await provider.addClient(.clientSecretBasic, scope: "orders:read")
        let reply = try await Self.request(provider, client, resource)
        #expect(reply.status == 400 && reply.error == "invalid_target")
        #expect(try await Self.request(provider, client, Self.orders, resource).error == "invalid_target")
        #expect(try await Self.request(provider, client, Self.orders).status == 200)
    }

    @Test func `a resource that knows nothing of the scope gets no token`() async throws {
        let provider = try await Self.provider()
        let client = try await provider.addClient(.clientSecretBasic, scope: "openid stock:read")
        #expect(try await Self.request(provider, client, Self.orders).error == "invalid_scope")
        #expect(
            try await Self.request(provider, client, scope: "stock:read", TestProvider.issuer).error == "invalid_scope"
        )
        #expect(try await Self.request(provider, client, TestProvider.issuer)["scope"] == "openid")
    }

    @Test func `a token for another audience opens nothing here, and introspection says whom it is for`() async throws {
        let provider = try await Self.provider()
        let key = try TestKey.p256()
        try await provider.register(key)
        let own = TestClient(keyOfAccount: key)
        let judge = try await provider.addClient(.clientSecretBasic, id: "judge") { $0.isResourceServer = true }
        for (resource, status) in [(TestProvider.issuer, 200), (Self.stock, 401)] {
            let reply = try await Self.request(provider, own, scope: "openid", resource)
            let token = try #require(reply["access_token"])
            let info = await provider.userinfo(token)
            #expect(info.status == status)
            if status == 401 {
                let field = try #require(info.field("WWW-Authenticate"))
                #expect(field.contains("error=\"invalid_token\""))
                #expect(
                    field.contains("resource_metadata=\"\(TestProvider.issuer)/.well-known/oauth-protected-resource\"")
                )
            }
            let seen = try await provider.call("/oauth/introspect", as: judge, ["token": token])
            #expect(seen.json?["active"] == true && seen["aud"] == resource)
            #expect(try await provider.call("/oauth/revoke", as: own, ["token": token]).status == 200)
            #expect(await provider.userinfo(token).status == 401)
            let after = try await provider.call("/oauth/introspect", as: judge, ["token": token])
            #expect(after.json?["active"] == false)
        }
        let both = try await Self.request(provider, own, scope: "openid", Self.stock, TestProvider.issuer)
        #expect(await provider.userinfo(both["access_token"] ?? "").status == 200)
    }

    @Test func `nine resources are too many`() async throws {
        let provider = try await Self.provider()
        let client = try await provider.addClient(.clientSecretBasic, scope: "orders:read")
        var form: TestForm = ["grant_type": "client_credentials"]
        for _ in 0..<9 { form = form + ["resource": Self.orders] }
        #expect(try await provider.call("/oauth/token", as: client, form).error == "invalid_target")
    }
}
