import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import Storage
import TestSupport
import Testing

@testable import Web

/// What a code is worth to somebody whom it was not given to.
struct CodeSecurityTests {
    private static func app(
        _ method: ClientAuthenticationMethod = .clientSecretBasic
    ) async throws -> (app: RelyingParty, browser: TestBrowser, person: Account) {
        let server = try await TestServer()
        let person = try await server.person("ada")
        return (try await RelyingParty(server, method), TestBrowser(server), person)
    }

    private static func expectRefused(_ reply: TestReply, _ errors: Set<String> = ["invalid_grant"]) {
        #expect(reply.status == 400 && errors.contains(reply.error ?? ""))
        #expect(reply.field("Cache-Control") == "no-store" && reply["access_token"] == nil)
    }

    @Test func `CD-05 a code that another client presents is burned`() async throws {
        let (app, browser, _) = try await Self.app()
        let other = try await RelyingParty(app.server, id: "other")
        let answer = try await app.authorize(browser)
        Self.expectRefused(try await other.redeem(answer))
        Self.expectRefused(try await app.redeem(answer))
    }

    @Test func `CD-02 of many who redeem a code at once one gets tokens, and those are dead`() async throws {
        let (app, browser, _) = try await Self.app()
        let answer = try await app.authorize(browser, ["scope": "openid offline_access"])
        let replies = try await withThrowingTaskGroup(of: TestReply.self) { group in
            for _ in 0..<50 { group.addTask { try await app.redeem(answer) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let won = replies.filter { $0.status == 200 }
        #expect(won.count == 1)
        for lost in replies where lost.status != 200 { Self.expectRefused(lost) }
        #expect(try await app.userinfo(won.first?["access_token"] ?? "").status == 401)
        #expect(try await app.refresh(won.first?["refresh_token"] ?? "").error == "invalid_grant")
    }

    @Test(arguments: ["https://app.example/other", "", nil, RelyingParty.redirect + "/"])
    func `CD-06 a code is good with its redirect URI alone`(uri: String?) async throws {
        let (app, browser, _) = try await Self.app()
        Self.expectRefused(try await app.redeem(app.authorize(browser), ["redirect_uri": uri]))
    }

    @Test(arguments: [(59, 200), (60, 400), (62, 400)])
    func `CD-07 a code is good for a minute`(seconds: Int64, status: Int) async throws {
        let (app, browser, _) = try await Self.app()
        let answer = try await app.authorize(browser)
        app.server.provider.clock.advance(by: seconds)
        #expect(try await app.redeem(answer).status == status)
    }

    @Test func `CD-09 nothing else is a code, and a code is nothing else`() async throws {
        let (app, browser, _) = try await Self.app()
        let answer = try await app.authorize(browser, ["scope": "openid offline_access"])
        let code = try #require(answer.answer["code"])
        Self.expectRefused(try await app.refresh(code))
        #expect(try await app.userinfo(code).status == 401)
        let tokens = try await app.redeem(answer)
        for other in [tokens["access_token"], tokens["refresh_token"], tokens["id_token"], browser.sessionCookie] {
            Self.expectRefused(try await app.redeem(answer, ["code": other]))
        }
        Self.expectRefused(try await app.refresh(tokens["access_token"] ?? ""))
        #expect(try await app.userinfo(tokens["refresh_token"] ?? "").status == 401)
        #expect(try await app.userinfo(tokens["access_token"] ?? "").status == 200)
    }

    /// What may happen to the account, or the session, between code and redemption.
    enum Event: CaseIterable, Sendable {
        case blocked, deleted, signedOut, signedOutEverywhere
    }

    @Test(arguments: Event.allCases)
    func `CD-10 and CD-11 a code dies with the session that it came of`(event: Event) async throws {
        let (app, browser, person) = try await Self.app()
        let answer = try await app.authorize(browser)
        let provider = app.server.provider
        switch event {
        case .blocked: try await provider.block(person.id.description)
        case .deleted: try await provider.delete(person.id.description)
        case .signedOut: _ = try await browser.submit("/sign-out", on: "/account", [:])
        case .signedOutEverywhere:
            try await provider.stores.sessions.endAll(of: Subject.ID(person.id.description), except: nil)
        }
        Self.expectRefused(try await app.redeem(answer))
    }

    @Test(arguments: [0, 1, 42, 129])
    func `PK-06 a verifier has 43 to 128 characters`(count: Int) async throws {
        let (app, browser, _) = try await Self.app()
        let verifier = String(repeating: "v", count: count)
        let answer = try await app.authorize(browser, ["code_challenge": Base64URL.encode(Hash.digest(verifier))])
        Self.expectRefused(
            try await app.redeem(answer, ["code_verifier": verifier]),
            ["invalid_grant", "invalid_request"]
        )
    }

    @Test(arguments: [43, 128])
    func `PK-06 the shortest and the longest verifier are good`(count: Int) async throws {
        let (app, browser, _) = try await Self.app()
        let verifier = String(repeating: "v", count: count)
        let answer = try await app.authorize(browser, ["code_challenge": Base64URL.encode(Hash.digest(verifier))])
        #expect(try await app.redeem(answer, ["code_verifier": verifier]).status == 200)
    }

    @Test(arguments: [ClientAuthenticationMethod.clientSecretBasic, .none, .privateKeyJWT])
    func `PK-04 and PK-05 a challenge wants its verifier, and a verifier its challenge`(
        method: ClientAuthenticationMethod
    )
        async throws
    {
        let (app, browser, _) = try await Self.app(method)
        for verifier in [nil, String(repeating: "w", count: 43)] {
            Self.expectRefused(try await app.redeem(app.authorize(browser), ["code_verifier": verifier]))
        }
        let bare = try await app.authorize(browser, ["code_challenge": nil, "code_challenge_method": nil])
        if method == .none {
            #expect(bare.answer["error"] == "invalid_request")
        } else {
            Self.expectRefused(try await app.redeem(bare))
        }
        #expect(try await app.redeem(app.authorize(browser)).status == 200)
    }

    @Test func `PK-09 a code of one flow is not good with the verifier of another`() async throws {
        let (app, browser, _) = try await Self.app()
        let mine = String(repeating: "m", count: 43)
        _ = try await app.authorize(browser, ["code_challenge": Base64URL.encode(Hash.digest(mine))])
        Self.expectRefused(try await app.redeem(app.authorize(browser), ["code_verifier": mine]))
    }

    @Test func `a public client redeems and refreshes without a proof, each refresh token once`() async throws {
        let (app, browser, _) = try await Self.app(.none)
        let tokens = try await app.redeem(app.authorize(browser, ["scope": "openid offline_access"]))
        let first = try #require(tokens["refresh_token"])
        let second = try await app.refresh(first)
        #expect(second.status == 200 && second["refresh_token"] != first)
        // A retry gets the same successor; later it is a theft, and ends all.
        #expect(try await app.refresh(first)["refresh_token"] == second["refresh_token"])
        app.server.provider.clock.advance(by: 11)
        Self.expectRefused(try await app.refresh(first))
        Self.expectRefused(try await app.refresh(second["refresh_token"] ?? ""))
        #expect(try await app.userinfo(second["access_token"] ?? "").status == 401)
    }

    @Test func `a request for too much does not spend the token of a public client`() async throws {
        let (app, browser, _) = try await Self.app(.none)
        let tokens = try await app.redeem(app.authorize(browser, ["scope": "openid offline_access"]))
        let refresh = try #require(tokens["refresh_token"])
        #expect(try await app.refresh(refresh, ["scope": "openid chat:write"]).error == "invalid_scope")
        let first = try await app.refresh(refresh)
        app.server.provider.clock.advance(by: 11)
        #expect(first.status == 200 && first["refresh_token"] != refresh)
        #expect(try await app.refresh(first["refresh_token"] ?? "").status == 200)
    }

    @Test(arguments: [false, true])
    func `CD-11 taking an application back ends its codes and sessions, and it hears of it`(isRedeemed: Bool)
        async throws
    {
        let (app, browser, _) = try await Self.app()
        let answer = try await app.authorize(browser, ["scope": "openid offline_access"])
        let tokens = isRedeemed ? try await app.redeem(answer) : nil
        let page = try await browser.get("/account/applications")
        #expect(page.text.contains(app.client.id))
        _ = try await browser.submit(
            "/account/applications/revoke",
            on: "/account/applications",
            ["client": app.client.id]
        )
        if let tokens {
            #expect(try await app.userinfo(tokens["access_token"] ?? "").status == 401)
            Self.expectRefused(try await app.refresh(tokens["refresh_token"] ?? ""))
        } else {
            Self.expectRefused(try await app.redeem(answer))
        }
    }

    @Test func `a client that proves who it is keeps its refresh token; revoking it ends all`() async throws {
        let (app, browser, _) = try await Self.app()
        let tokens = try await app.redeem(app.authorize(browser, ["scope": "openid offline_access email"]))
        let refresh = try #require(tokens["refresh_token"])
        let narrowed = try await app.refresh(refresh, ["scope": "openid"])
        #expect(narrowed["scope"] == "openid" && narrowed["refresh_token"] == refresh)
        let more = try await app.refresh(refresh, ["scope": "openid chat:write"])
        #expect(more.status == 400 && more.error == "invalid_scope")
        #expect(try await app.refresh(refresh)["scope"] == "openid offline_access email")
        let (form, fields) = try await app.server.provider.credentials(of: app.client)
        let reply = try await app.server.call(.post, "/oauth/revoke", .form(form.setting("token", to: refresh)), fields)
        #expect(reply.status == 200)
        Self.expectRefused(try await app.refresh(refresh))
        #expect(try await app.userinfo(narrowed["access_token"] ?? "").status == 401)
    }

    @Test func `offline access goes on when the person has signed out, other access does not`() async throws {
        let (app, browser, _) = try await Self.app()
        let online = try await app.redeem(app.authorize(browser))
        let offline = try await app.redeem(app.authorize(browser, ["scope": "openid offline_access"]))
        #expect(online["refresh_token"] == nil)
        _ = try await browser.submit("/sign-out", on: "/account", [:])
        #expect(try await app.userinfo(online["access_token"] ?? "").status == 401)
        #expect(try await app.userinfo(offline["access_token"] ?? "").status == 200)
        #expect(try await app.refresh(offline["refresh_token"] ?? "").status == 200)
    }
}
