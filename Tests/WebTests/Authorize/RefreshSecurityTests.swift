import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import Storage
import Testing
import TestSupport

@testable import Web

/// What ends a client's going on without the person, and what it may ask for meanwhile.
struct RefreshSecurityTests {
    static let methods: [ClientAuthenticationMethod] = [.clientSecretBasic, .none, .privateKeyJWT]

    /// A client that may go on without the person.
    fileprivate struct Scene {
        let server: TestServer
        let app: RelyingParty
        let browser: TestBrowser
        let person: Account
        let tokens: TestReply
        var provider: TestProvider { server.provider }
        var refreshToken: String { tokens["refresh_token"] ?? "" }

        init(
            _ method: ClientAuthenticationMethod,
            scope: String = "openid offline_access email phone",
            _ change: (inout Settings) -> Void = { _ in }
        ) async throws {
            server = try TestServer(over: try await TestProvider { change(&$0) })
            person = try await server.person("ada")
            app = try await RelyingParty(server, method)
            browser = TestBrowser(server)
            tokens = try await app.redeem(app.authorize(browser, ["scope": scope]))
            #expect(tokens["refresh_token"] != nil)
        }

        /// Registers the client for `scope` and `grants` in place of what it has.
        func replace(scope: String, grants: Set<GrantType> = [.authorizationCode, .refreshToken]) async throws {
            let before = try #require(try await provider.stores.clients.client(Client.ID(app.client.id)))
            var client = Client(
                id: before.id,
                name: before.name,
                authentication: before.authentication,
                credential: before.credential,
                scope: try Scope(scope)
            )
            (client.metadata, client.grants) = (before.metadata, grants)
            #expect(try await provider.stores.clients.replace(client))
        }
    }

    @Test(arguments: methods)
    func `RT-07 what was asked for once does not narrow what may be asked for next`(
        method: ClientAuthenticationMethod
    ) async throws {
        let scene = try await Scene(method)
        var token = scene.refreshToken
        for (asked, given) in [
            ("openid", "openid"), ("openid email", "openid email"), (nil, "openid offline_access email phone"),
            ("phone openid", "phone openid"),
            ("openid offline_access email phone", "openid offline_access email phone"),
        ] as [(String?, String)] {
            let reply = try await scene.app.refresh(token, ["scope": asked])
            #expect(reply.status == 200 && reply["scope"] == given)
            token = reply["refresh_token"] ?? ""
            scene.provider.clock.advance(by: 11)
        }
        // What was not granted is not given, however wide the client's own scope is.
        for more in ["openid profile", "openid address", "openid chat:write", "profile"] {
            let reply = try await scene.app.refresh(token, ["scope": more])
            #expect(reply.status == 400 && reply.error == "invalid_scope" && reply["access_token"] == nil)
        }
        #expect(try await scene.app.refresh(token).status == 200, "the control: none of that spent it")
    }

    /// What may happen to a person, a session or a client between two refreshes.
    enum Event: CaseIterable, Sendable {
        case nothing, blocked, blockedAndUnblocked, deleted, passwordChanged, passwordReset, consentRevoked
        case sessionRevoked, allSessionsRevoked, tokenRevoked, clientRemoved, grantTaken

        fileprivate func happen(in scene: Scene) async throws {
            let (provider, id) = (scene.provider, scene.person.id.description)
            switch self {
            case .nothing: _ = try await scene.browser.submit("/sign-out", on: "/account", [:])
            case .blocked: try await provider.block(id)
            case .blockedAndUnblocked:
                try await provider.block(id)
                try await provider.unblock(id)
            case .deleted: try await provider.delete(id)
            case .passwordChanged:
                let form: TestForm = [
                    "current_password": TestBrowser.password, "new_password": "another horse battery",
                ]
                let reply = try await scene.browser.submit("/account/password", on: "/account", form)
                #expect(reply.location?.contains("done=") == true)
            case .passwordReset:
                let browser = TestBrowser(scene.server)
                _ = try await browser.submit("/recover", on: "/recover", ["email": "ada@example.org"])
                let link = try await "/recover/" + scene.server.mailedToken("/recover/", to: "ada@example.org")
                let reply = try await browser.submit(link, on: link, ["password": "another horse battery"])
                #expect(reply.location == "/sign-in?done=password-set")
            case .consentRevoked:
                let form: TestForm = ["client": scene.app.client.id]
                _ = try await scene.browser.submit("/account/applications/revoke", on: "/account/applications", form)
            case .sessionRevoked:
                let sessions = provider.provider.sessions
                let all = try await sessions.list(of: Subject.ID(id)).filter { $0.client.description == "app" }
                #expect(all.count == 1)
                for session in all { try await sessions.end(session.id, of: Subject.ID(id)) }
            case .allSessionsRevoked: try await provider.stores.sessions.endAll(of: Subject.ID(id), except: nil)
            case .tokenRevoked:
                let (form, fields) = try await provider.credentials(of: scene.app.client)
                let sent = TestBody.form(form.setting("token", to: scene.refreshToken))
                #expect(try await scene.server.call(.post, "/oauth/revoke", sent, fields).status == 200)
            case .clientRemoved: try await provider.remove(scene.app.client)
            case .grantTaken:
                try await scene.replace(scope: "openid offline_access email phone", grants: [.authorizationCode])
            }
        }

        /// What a refresh is answered with afterwards.
        var answer: (status: Int, error: String?) {
            switch self {
            case .nothing: (200, nil)
            case .clientRemoved: (401, "invalid_client")
            case .grantTaken: (400, "unauthorized_client")
            default: (400, "invalid_grant")
            }
        }
    }

    @Test(arguments: Event.allCases, methods)
    func `RT-10 a refresh after what ends it gives nothing`(
        event: Event,
        method: ClientAuthenticationMethod
    ) async throws {
        let scene = try await Scene(method)
        try await event.happen(in: scene)
        let reply = try await scene.app.refresh(scene.refreshToken)
        #expect(reply.status == event.answer.status && reply.error == event.answer.error)
        #expect((reply["access_token"] != nil) == (event == .nothing))
        // Nor does what was given before go on, but where the client alone lost the way to more.
        let goesOn = event == .nothing || event == .grantTaken
        #expect(try await scene.app.userinfo(scene.tokens["access_token"] ?? "").status == (goesOn ? 200 : 401))
    }

    @Test(arguments: methods)
    func `RT-11 scope that was taken from the client is gone from the next token`(
        method: ClientAuthenticationMethod
    ) async throws {
        let scene = try await Scene(method)
        try await scene.replace(scope: "openid email offline_access")
        let narrowed = try await scene.app.refresh(scene.refreshToken)
        #expect(narrowed.status == 200 && narrowed["scope"] == "openid offline_access email")
        let info = try await scene.app.userinfo(narrowed["access_token"] ?? "")
        #expect(info["email"] == "ada@example.org" && info.json?["phone_number"] == nil)
        let asked = try await scene.app.refresh(narrowed["refresh_token"] ?? "", ["scope": "phone"])
        #expect(asked.status == 400 && asked.error == "invalid_scope")
    }

    @Test(arguments: methods)
    func `RT-11 a client that offline access was taken from does not go on`(
        method: ClientAuthenticationMethod
    ) async throws {
        let scene = try await Scene(method)
        try await scene.replace(scope: "openid email phone")
        for scope in [nil, "openid"] {
            let reply = try await scene.app.refresh(scene.refreshToken, ["scope": scope])
            #expect(reply.status == 400 && reply.error == "invalid_grant" && reply["access_token"] == nil)
        }
        try await scene.replace(scope: "openid email phone offline_access")
        #expect(try await scene.app.refresh(scene.refreshToken).status == 200, "the control")
    }

    @Test(arguments: methods)
    func `RT-12 a grant ends at its time, however often it was used`(
        method: ClientAuthenticationMethod
    ) async throws {
        let scene = try await Scene(method)
        let (day, clock) = (86_400 as Int64, scene.provider.clock)
        #expect(scene.provider.dependencies.settings.grantLifetime == 90 * day)
        var token = scene.refreshToken
        for number in 1..<90 {
            clock.advance(by: day)
            let reply = try await scene.app.refresh(token)
            #expect(reply.status == 200, "day \(number)")
            guard reply.status == 200 else { return }
            token = reply["refresh_token"] ?? ""
            try await scene.provider.stores.sessions.end(Session.ID("none"))
        }
        clock.advance(by: day - 1)
        let last = try await scene.app.refresh(token)
        #expect(last.status == 200 && last.json?["expires_in"]?.integerValue == 1, "what it gives ends with the grant")
        clock.advance(by: 1)
        let over = try await scene.app.refresh(last["refresh_token"] ?? "")
        #expect(over.status == 400 && over.error == "invalid_grant")
        #expect(try await scene.app.userinfo(last["access_token"] ?? "").status == 401)
    }

    @Test(arguments: methods)
    func `RT-12 a grant that is not used ends sooner`(method: ClientAuthenticationMethod) async throws {
        for (wait, status) in [(599, 200), (600, 400)] as [(Int64, Int)] {
            let scene = try await Scene(method) { $0.refreshTokenLifetime = 600 }
            scene.provider.clock.advance(by: wait)
            #expect(try await scene.app.refresh(scene.refreshToken).status == status)
        }
    }
}
