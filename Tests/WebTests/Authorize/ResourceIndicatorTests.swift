import Cryptography
import JOSE
import OAuth
import Provider
import Storage
import TestSupport
import Testing

@testable import Web

/// A person signs in to an application that names what its tokens are for (RFC 8707).
struct ResourceIndicatorTests {
    private static let orders = "https://orders.example"
    private static let stock = "https://stock.example"
    private static let scope = "openid orders:read stock:read offline_access"

    private static func app(
        _ method: ClientAuthenticationMethod = .clientSecretBasic
    ) async throws -> (RelyingParty, TestBrowser) {
        let server = try await TestServer()
        try await server.person("ada")
        try await server.provider.declare(orders, scope: "orders:read orders:write", name: "Orders of Example")
        try await server.provider.declare(stock, scope: "stock:read", name: "Stock of Example")
        return (try await RelyingParty(server, method, scope: scope + " profile"), TestBrowser(server))
    }

    private static func ask(_ resources: String...) -> String {
        resources.map { "&resource=\(PercentEncoding.encode($0))" }.joined()
    }

    private static func audience(_ reply: TestReply) throws -> (audience: JSON?, scope: String?) {
        let policy = JWSPolicy(algorithms: [.es256], type: .required("at+jwt"))
        let claims = try JSONObject.parse(JWS.parse(reply["access_token"] ?? "", policy: policy).payload)
        return (claims["aud"], claims["scope"]?.stringValue)
    }

    @Test(arguments: [ClientAuthenticationMethod.clientSecretBasic, .none])
    func `what was authorized may be narrowed at the code and at each refresh, not widened`(
        method: ClientAuthenticationMethod
    ) async throws {
        let (app, browser) = try await Self.app(method)
        let asked = app.request(["scope": Self.scope]) + Self.ask(Self.orders, Self.stock)
        let answer = try await app.go(on: browser.get(asked), browser)
        let tokens = try await app.redeem(answer, ["resource": Self.orders])
        #expect(tokens.status == 200 && tokens["id_token"] != nil)
        #expect(try Self.audience(tokens) == (.string(Self.orders), "orders:read"))
        #expect(tokens["scope"] == "orders:read")

        let other = try await app.refresh(tokens["refresh_token"] ?? "", ["resource": Self.stock])
        #expect(try Self.audience(other) == (.string(Self.stock), "stock:read"))
        let all = try await app.refresh(other["refresh_token"] ?? "")
        #expect(try Self.audience(all) == (.strings([Self.orders, Self.stock]), "orders:read stock:read"))
        for wider in [TestProvider.issuer, "https://other.example"] {
            let refresh = all["refresh_token"] ?? ""
            #expect(try await app.refresh(refresh, ["resource": wider]).error == "invalid_target")
        }
    }

    @Test func `a code of a request without resource is good for the server itself alone`() async throws {
        let (app, browser) = try await Self.app()
        let refused = try await app.redeem(app.authorize(browser, ["scope": Self.scope]), ["resource": Self.orders])
        #expect(refused.status == 400 && refused.error == "invalid_target")
        let own = try await app.redeem(app.authorize(browser), ["resource": TestProvider.issuer])
        #expect(try Self.audience(own).audience == .string(TestProvider.issuer))
        let plain = try await app.redeem(app.authorize(browser))
        #expect(try Self.audience(plain).audience == .string(TestProvider.issuer))
        #expect(try await app.userinfo(plain["access_token"] ?? "").status == 200)
    }

    @Test(arguments: ["https://other.example", "https://orders.example#x", "orders", "https://orders.example/"])
    func `the client hears that a resource is none`(resource: String) async throws {
        let (app, browser) = try await Self.app()
        let reply = try await browser.get(app.request(["scope": Self.scope]) + Self.ask(Self.orders, resource))
        #expect(reply.location?.hasPrefix(RelyingParty.redirect) == true)
        #expect(reply.answer["error"] == "invalid_target" && reply.answer["state"] == "state of the app")
        let control = try await browser.get(app.request(["scope": Self.scope]) + Self.ask(Self.orders))
        #expect(control.location?.hasPrefix("/sign-in") == true)
        let unknown = try await browser.get(app.request(["scope": "openid profile"]) + Self.ask(Self.orders))
        #expect(unknown.answer["error"] == "invalid_scope")
    }

    @Test func `the person is told what the access is for, and asked again for another resource`() async throws {
        let (app, browser) = try await Self.app()
        try await browser.signIn("ada")
        let path = { (resource: String) in app.request(["scope": Self.scope]) + Self.ask(resource) }
        var page = try await browser.get(path(Self.orders))
        if let location = page.location { page = try await browser.get(location) }
        #expect(page.text.contains("Orders of Example") && page.text.contains(Self.orders))
        #expect(!page.text.contains("Stock of Example"))
        _ = try await app.go(on: page, browser)
        let again = try await browser.get(path(Self.orders))
        #expect(again.location?.hasPrefix(RelyingParty.redirect + "?code=") == true)
        let silent = try await browser.get(path(Self.stock) + "&prompt=none")
        #expect(silent.answer["error"] == "consent_required")
        let other = try await browser.get(path(Self.stock))
        #expect(other.text.contains("Stock of Example") && other.text.contains("id=\"allow\""))
    }

    @Test func `a resource that was withdrawn is no target of a refresh`() async throws {
        let (app, browser) = try await Self.app()
        let asked = app.request(["scope": Self.scope]) + Self.ask(Self.orders)
        let tokens = try await app.redeem(app.go(on: browser.get(asked), browser))
        let refresh = tokens["refresh_token"] ?? ""
        #expect(try await app.refresh(refresh).status == 200)
        try await app.server.provider.stores.resources.remove(ResourceIndicator(Self.orders)!)
        #expect(try await app.refresh(refresh).error == "invalid_target")
    }
}
