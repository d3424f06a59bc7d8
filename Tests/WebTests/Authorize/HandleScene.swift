import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import Testing
import TestSupport

@testable import Web

/// Everything that the server hands out to be shown again.
enum Handle: CaseIterable, Sendable {
    case code, refreshToken, accessToken, idToken, registrationAccessToken, pushedRequest
    case browserCookie, formToken, dialogue, recoveryToken, confirmationToken
    case verificationToken, registrationToken, sessionCookie, userAccessToken, userRefreshToken

    /// The slots that take it.
    var own: Set<HandleSlot> {
        switch self {
        case .code: [.code]
        case .refreshToken: [.refreshToken]
        case .accessToken: [.userinfo, .introspection]
        case .idToken: [.hint]
        case .registrationAccessToken: [.clientManagement]
        case .pushedRequest: [.requestURI]
        case .browserCookie: [.browserCookie]
        case .formToken: [.formToken]
        case .dialogue: [.dialogue]
        case .recoveryToken: [.recovery]
        case .confirmationToken: [.confirmation]
        case .verificationToken: [.verification]
        case .registrationToken: [.registration]
        case .sessionCookie: [.sessionCookie]
        case .userAccessToken: [.userCookie, .userBearer]
        case .userRefreshToken: [.userRefresh]
        }
    }
}

/// Every place where something of that kind is shown.
enum HandleSlot: CaseIterable, Sendable {
    case code, refreshToken, userinfo, introspection, hint, clientManagement, clientAssertion, clientSecret
    case requestURI
    case browserCookie, formToken, dialogue, recovery, confirmation, verification, registration
    case sessionCookie, userCookie, userBearer, userRefresh
}

/// A server with every face, and one of each thing that it hands out, fresh.
struct HandleScene {
    let server: TestServer
    let app: RelyingParty
    let other: RelyingParty
    let browser: TestBrowser
    private let face: SessionFace
    private let registered: TestReply
    private(set) var issued: [Handle: String] = [:]

    init() async throws {
        let provider = try await TestProvider {
            $0.registration = .open
            $0.limitsRates = false
        }
        face = try await SessionFace(over: provider, beside: TestFaces.routes(over: provider, TestServer.hashing))
        server = face.server
        try await server.person("ada")
        app = try await RelyingParty(server)
        other = try await RelyingParty(server, id: "other", .privateKeyJWT)
        browser = TestBrowser(server)
        let wish: JSON = ["redirect_uris": [.string(RelyingParty.redirect)]]
        registered = try await server.call(.post, "/oauth/register", .json(wish))
        issued[.registrationAccessToken] = registered["registration_access_token"]
        try await signIn()
        try await askForMails()
        issued[.sessionCookie] = try await face.login().sessionCookie
        let body: JSON = ["username": "ada", "password": .string(TestFaces.password)]
        let user = try await server.call(.post, "/v1/login", .json(body))
        issued[.userAccessToken] = user.cookie("access_token")
        issued[.userRefreshToken] = user.cookie("refresh_token")
    }

    private mutating func signIn() async throws {
        _ = try await app.authorize(browser)
        server.provider.clock.advance(by: 5)
        // A request that waits for a new sign-in, which then comes.
        let asked = try await browser.get(app.request(["prompt": "login"]))
        issued[.dialogue] = asked.answer["return"]?.split(separator: "&dialogue=").last.map(String.init)
        server.provider.clock.advance(by: 5)
        let answer = try await app.go(on: asked, browser)
        let tokens = try await app.redeem(answer)
        issued[.accessToken] = tokens["access_token"]
        issued[.idToken] = tokens["id_token"]
        let offline = try await app.authorize(browser, ["scope": "openid offline_access"])
        issued[.refreshToken] = try await app.redeem(offline)["refresh_token"]
        issued[.code] = try await app.authorize(browser).answer["code"]
        issued[.pushedRequest] = try await app.push(["prompt": "none"])["request_uri"]
        issued[.browserCookie] = browser.sessionCookie
        issued[.formToken] = try await browser.get("/account").formToken
        // What begins anew from here on begins after the sign-in.
        server.provider.clock.advance(by: 1)
    }

    private mutating func askForMails() async throws {
        let (first, second) = (try await server.ask("eve@example.org"), try await server.ask("bob@example.org"))
        _ = try await server.call(.get, "/api/verify/\(first.token)")
        issued[.registrationToken] = first.registrationToken
        issued[.verificationToken] = second.token
        try await server.person("new") { $0.isEmailVerified = false }
        let owner = TestBrowser(server)
        try await owner.signIn("new")
        let form: TestForm = ["email": "newer@example.org", "current_password": TestBrowser.password]
        _ = try await owner.submit("/account/email", on: "/account", form)
        issued[.confirmationToken] = try await server.mailedToken("/account/confirm-email/", to: "newer@example.org")
        _ = try await TestBrowser(server).submit("/recover", on: "/recover", ["email": "ada@example.org"])
        issued[.recoveryToken] = try await server.mailedToken("/recover/", to: "ada@example.org")
    }

    /// Whether `slot` takes `secret`.
    func takes(_ secret: String, in slot: HandleSlot) async throws -> Bool {
        switch slot {
        case .code: return try await app.redeem(TestReply(Reply(.ok)), ["code": secret]).status == 200
        case .refreshToken: return try await app.refresh(secret).status == 200
        case .userinfo: return try await app.userinfo(secret).status == 200
        case .introspection:
            let (form, fields) = try await server.provider.credentials(of: app.client)
            let sent = TestBody.form(form.setting("token", to: secret))
            return try await server.call(.post, "/oauth/introspect", sent, fields).json?["active"] == true
        case .hint:
            let request = app.request(["prompt": "none", "id_token_hint": secret])
            return try await browser.get(request).answer["code"] != nil
        case .requestURI:
            let name = ["client_id": app.client.id, "request_uri": secret]
            let query = name.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
            return try await browser.get("/authorize?" + query).answer["code"] != nil
        case .clientManagement:
            let path = String((registered["registration_client_uri"] ?? "").dropFirst(TestProvider.issuer.count))
            return try await server.call(.get, path, .none, [.authorization: "Bearer \(secret)"]).status == 200
        case .clientAssertion:
            let form: TestForm = ["grant_type": "refresh_token", "refresh_token": "x", "client_id": other.client.id]
            let sent = TestBody.form(form + TestProvider.form(assertion: secret))
            return try await server.call(.post, "/oauth/token", sent).status != 401
        case .clientSecret:
            let fields: HTTPFields = [.authorization: TestProvider.basic(app.client.id, secret)]
            return try await server.call(.post, "/oauth/introspect", .form(["token": "x"]), fields).status != 401
        default: return try await isTakenByPage(secret, slot)
        }
    }

    private func isTakenByPage(_ secret: String, _ slot: HandleSlot) async throws -> Bool {
        let path = PercentEncoding.encode(secret)
        switch slot {
        case .browserCookie: return try await cookie("/account", "__Host-martlet", secret)
        case .formToken:
            let form: TestForm = ["name": "ada Example", "form_token": secret]
            return try await browser.post("/account/name", form).status == 303
        case .dialogue:
            let reply = try await browser.get(app.request(["prompt": "login"]) + "&dialogue=" + path)
            return reply.answer["code"] != nil
        case .recovery:
            let stranger = TestBrowser(server)
            let token = try await stranger.get("/recover").formToken
            let form: TestForm = ["password": "another horse battery", "form_token": token]
            let isShown = try await stranger.get("/recover/\(path)").status == 200
            return try await stranger.post("/recover/\(path)", form).status == 303 || isShown
        case .confirmation:
            let stranger = TestBrowser(server)
            let token = try await stranger.get("/recover").formToken
            return try await stranger.post("/account/confirm-email/\(path)", ["form_token": token]).status == 200
        case .verification: return try await server.call(.get, "/api/verify/\(path)").status == 200
        case .registration:
            let body = TestBody.registration(key: try TestKey.p256(), secret, email: "eve@example.org")
            return try await server.call(.post, "/api/register", body).status == 200
        case .sessionCookie: return try await cookie("/users/verify-session", "session_uuid", secret)
        case .userCookie: return try await cookie("/v1/users/me", "access_token", secret)
        case .userBearer:
            let fields: HTTPFields = [.authorization: "Bearer \(secret)"]
            return try await server.call(.get, "/v1/users/me", .none, fields).status == 200
        case .userRefresh: return try await cookie("/v1/refresh/jwt", "refresh_token", secret)
        default: throw NoSuchPage()
        }
    }

    private struct NoSuchPage: Error {}

    private func cookie(_ path: String, _ name: String, _ value: String) async throws -> Bool {
        try await server.call(.get, path, .none, [.cookie: "\(name)=\(value)"]).status == 200
    }

    /// Has another client revoke `secret`, whatever it is.
    func revoke(_ secret: String) async throws {
        let (form, fields) = try await server.provider.credentials(of: other.client)
        let reply = try await server.call(.post, "/oauth/revoke", .form(form.setting("token", to: secret)), fields)
        #expect(reply.status == 200)
    }
}
