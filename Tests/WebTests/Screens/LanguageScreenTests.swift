import HTTPTypes
import TestSupport
import Testing

@testable import Web

/// Pages in the language of whoever reads them.
struct LanguageScreenTests {
    private static let german: HTTPFields = [.acceptLanguage: "de-CH, en;q=0.5"]

    @Test func `a page says in which language it is, and that it depends on who asks`() async throws {
        let browser = TestBrowser(try await TestServer())
        for (fields, language, heading) in [
            (HTTPFields(), "en", "Sign in"), (Self.german, "de", "Anmelden"),
            ([.acceptLanguage: "es"], "es", "Iniciar sesión"), ([.acceptLanguage: "zh-CN"], "zh", "登录"),
        ] {
            let page = try await browser.get("/sign-in", fields)
            #expect(page.text.contains("<html lang=\"\(language)\">") && page.text.contains("<h1>\(heading)</h1>"))
            #expect(page.field("Content-Language") == language)
            #expect(page.field("Vary") == "Accept-Language, Cookie" && page.field("Cache-Control") == "no-store")
        }
    }

    @Test(arguments: [
        "/no-such-page", "/account/link-not-valid", "/oauth/errors", "/end-session?id_token_hint=x", "/authorize",
    ])
    func `pages outside of forms are in it too`(path: String) async throws {
        let page = try await TestBrowser(TestServer()).get(path, Self.german)
        #expect(page.text.contains("<html lang=\"de\">"))
    }

    @Test func `a refused form is in it, and what was refused`() async throws {
        let server = try await TestServer()
        let browser = TestBrowser(server)
        let token = try await browser.get("/sign-in").formToken
        let form: TestForm = ["form_token": token, "username": "ada", "password": "x"]
        let fields: HTTPFields = [.origin: TestProvider.issuer, .acceptLanguage: "de"]
        #expect(
            try await browser.post("/sign-in", form, fields).alert == "Der Benutzername oder das Passwort ist falsch."
        )
        let refused = try await browser.post("/sign-in", form.setting("form_token", to: "x"), fields)
        #expect(refused.status == 403 && refused.text.contains("<html lang=\"de\">"))
    }

    @Test func `who chooses a language reads in it from then on, whatever the browser says`() async throws {
        let browser = TestBrowser(try await TestServer())
        let shown = try await browser.get("/sign-in?return=/account/keys", Self.german)
        #expect(shown.text.contains("id=\"change-language\""))
        let path = try #require(shown.attribute(after: "name=\"page\" value=\"/sign-in"))
        #expect(path == "?return=/account/keys")
        let reply = try await browser.post("/language", ["language": "es", "page": "/sign-in" + path])
        #expect(reply.status == 303 && reply.location == "/sign-in?return=/account/keys")
        let cookie = try #require(reply.setCookie("__Host-martlet-language"))
        #expect(cookie.hasSuffix("; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=Lax"))
        #expect(try await browser.get("/sign-in", Self.german).field("Content-Language") == "es")
    }

    @Test(
        arguments: [
            ("/account", "/account"), ("/recover/abc-_1", "/recover/abc-_1"), ("/sign-in?a=b%20c", "/sign-in?a=b%20c"),
            ("//evil.example", "/sign-in"), ("https://evil.example", "/sign-in"), ("/\\evil.example", "/sign-in"),
            ("/a//b", "/sign-in"), ("", "/sign-in"), ("/a\r\nb", "/sign-in"), ("/%2f/evil.example", "/sign-in"),
            ("/.evil", "/sign-in"), ("/a?b#c", "/sign-in"),
        ]
    )
    func `it leads back to a page of ours and nowhere else`(path: String, target: String) async throws {
        let browser = TestBrowser(try await TestServer())
        #expect(try await browser.post("/language", ["language": "de", "page": path]).location == target)
    }

    @Test func `a language that there is none of, and a form of another site, change nothing`() async throws {
        let browser = TestBrowser(try await TestServer())
        for tag in ["fr", "", "de-CH", "de; Path=/x"] {
            #expect(try await browser.post("/language", ["language": tag]).setCookies.isEmpty)
        }
        let foreign = try await browser.post("/language", ["language": "de"], [.origin: "https://evil.example"])
        #expect(foreign.status == 403 && foreign.setCookies.isEmpty)
    }

    @Test func `an application's wish holds for its request, through sign-in and consent, and no longer`() async throws
    {
        let server = try await TestServer()
        try await server.person("ada")
        let app = try await RelyingParty(server)
        let browser = TestBrowser(server)
        let way = try await browser.get(app.request(["ui_locales": "fr-CA zh de"]))
        let form = try await browser.get(way.location ?? "", Self.german)
        #expect(form.field("Content-Language") == "zh" && !form.text.contains("id=\"language\""))
        let wrong = try await browser.post("/sign-in", form.signInForm("nobody"))
        #expect(wrong.alert == "用户名或密码错误。")
        let back = try await browser.post("/sign-in", form.signInForm("ada"))
        let question = try await browser.get(back.location ?? "", Self.german)
        #expect(question.field("Content-Language") == "zh" && question.text.contains("知道您是谁"))
        #expect(try await browser.get("/account", Self.german).field("Content-Language") == "de")
    }

    @Test(arguments: ["se", "", "<script>", String(repeating: "x-", count: 500)])
    func `a wish that cannot be met is passed over`(locales: String) async throws {
        let server = try await TestServer()
        let browser = TestBrowser(server)
        let way = try await browser.get(try await RelyingParty(server).request(["ui_locales": locales]))
        #expect(try await browser.get(way.location ?? "", Self.german).field("Content-Language") == "de")
    }
}
