import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import Testing
import TestSupport

@testable import Web

/// What a request says, and nobody checked, does not come back as markup.
struct ReflectionTests {
    private static let payloads = [
        "\"><script>alert(1)</script>", "' onmouseover='alert(1)", "</title><svg/onload=alert(1)>", "{{base}}<b>",
        "javascript:alert('x')//\"<", "\"\u{301}autofocus onfocus=alert(1) x=", "\u{600}<svg/onload=alert(1)>",
    ]

    /// The parameters that a page takes, and some that it does not.
    private static let pages: [(path: String, names: [String])] = [
        (
            "/authorize",
            [
                "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt",
                "max_age",
                "login_hint", "id_token_hint", "acr_values", "ui_locales", "claims", "request", "request_uri",
                "resource",
                "code_challenge", "code_challenge_method", "display", "dialogue", "error", "error_description",
                "error_hint",
            ]
        ),
        (
            "/end-session",
            [
                "id_token_hint", "post_logout_redirect_uri", "state", "logout_hint", "client_id", "ui_locales",
            ]
        ),
        ("/sign-in", ["hint", "return", "done", "again", "error", "error_description"]),
        ("/accounts", ["return", "done", "hint"]), ("/register", ["email", "name", "done"]),
        ("/recover", ["email", "done"]), ("/account", ["done", "name"]), ("/account/applications", ["done", "client"]),
        ("/account/sessions", ["done"]), ("/account/friends", ["done", "username"]), ("/account/keys", ["done"]),
        ("/admin/users", ["search", "after", "done"]), ("/oauth/errors", ["error"]), ("/nothing", ["x"]),
    ]

    /// Whether `reply` is free of what `payload` would do as markup.
    private static func isHarmless(_ reply: TestReply, _ payload: String) -> Bool {
        !contains(payload, reply) && !contains("<script>", reply) && !contains("<svg", reply)
            && reply.location.map { !$0.contains("\"") && !$0.contains("<") && !$0.hasPrefix("javascript:") } ?? true
    }

    /// By byte, as a browser reads: an accent does not hide a quotation mark from it.
    private static func contains(_ text: String, _ page: TestReply) -> Bool {
        page.body.firstRange(of: Array(text.utf8)) != nil
    }

    private static func expectPolicy(_ reply: TestReply) {
        guard reply.field("Content-Type")?.hasPrefix("text/html") == true else { return }
        let policy = reply.field("Content-Security-Policy") ?? ""
        #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
    }

    @Test(arguments: pages.indices, [false, true])
    func `CO-06 no parameter of any page comes back as markup`(index: Int, isSignedIn: Bool) async throws {
        let (path, names) = Self.pages[index]
        let server = try await TestServer()
        try await server.person("ada") { $0.roles.insert(.admin) }
        let app = try await RelyingParty(server)
        let browser = TestBrowser(server)
        if isSignedIn { try await browser.signIn("ada") }
        for payload in Self.payloads {
            for name in names {
                let query =
                    path == "/authorize"
                    ? app.query([name: payload]) : "\(name)=\(PercentEncoding.encode(payload))"
                // What is refused, and where that leads to.
                var reply = try await browser.get("\(path)?\(query)")
                #expect(Self.isHarmless(reply, payload), "\(name)")
                Self.expectPolicy(reply)
                if let location = reply.location, location.hasPrefix("/") {
                    reply = try await browser.get(location)
                    #expect(Self.isHarmless(reply, payload), "\(name), next")
                    Self.expectPolicy(reply)
                }
            }
            let unknown = try await browser.get("\(path)/\(PercentEncoding.encode(payload))")
            #expect(Self.isHarmless(unknown, payload))
        }
    }

    @Test(arguments: payloads)
    func `CO-06 what is typed into a form comes back as text`(payload: String) async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let browser = TestBrowser(server)
        let open: [(String, TestForm)] = [
            ("/sign-in", ["username": payload, "password": payload, "return": payload]),
            ("/recover", ["email": payload]),
            ("/register", ["username": payload, "email": payload, "name": payload, "password": payload]),
        ]
        for (path, form) in open {
            let reply = try await browser.submit(path, on: path, form)
            #expect(reply.status >= 400 && Self.isHarmless(reply, payload), "\(path)")
        }
        try await browser.signIn("ada")
        let own: [(String, String, TestForm)] = [
            ("/account/email", "/account", ["email": payload, "current_password": TestBrowser.password]),
            ("/account/name", "/account", ["name": payload]),
            ("/account/friends", "/account/friends", ["username": payload]),
        ]
        for (path, page, form) in own {
            let reply = try await browser.submit(path, on: page, form)
            #expect(Self.isHarmless(reply, payload), "\(path)")
            #expect(Self.isHarmless(try await browser.get(page), payload), "\(page)")
        }
        // The control: the name was taken, and is shown; one with what nobody sees in it is not taken.
        let isTaken = payload.contains("alert(1)") && !payload.unicodeScalars.contains("\u{600}")
        #expect(try await browser.get("/account").text.contains("alert(1)") == isTaken)
    }

    @Test(arguments: payloads)
    func `CO-06 what an application calls itself is text on every page that names it`(payload: String) async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let app = try await RelyingParty(server) { client in
            client = Client(
                id: client.id,
                name: payload,
                authentication: client.authentication,
                credential: client.credential,
                scope: client.scope
            )
            client.grants = [.authorizationCode]
            client.metadata.redirectURIs = [RedirectURI(registering: RelyingParty.redirect, isNative: false)!]
            client.metadata.idTokenAlgorithm = .es256
        }
        let browser = TestBrowser(server)
        let asked = try await browser.get(app.request())
        let form = try await browser.get(asked.location ?? "")
        let consent = try await browser.get(browser.post("/sign-in", form.signInForm("ada")).location ?? "")
        let answer = try await browser.post("/authorize/consent", consent.consentForm(choice: "allow"))
        #expect(answer.answer["code"] != nil)
        server.provider.clock.advance(by: 1)
        let choice = try await browser.get(
            browser.get(app.request(["prompt": "select_account"])).location ?? ""
        )
        let pages = [form, consent, choice, try await browser.get("/account/applications")]
        for page in pages {
            #expect(page.status == 200 && Self.isHarmless(page, payload))
            #expect(page.text.contains("&lt;") || !payload.contains("<"), "the control: it is shown")
        }
    }
}
