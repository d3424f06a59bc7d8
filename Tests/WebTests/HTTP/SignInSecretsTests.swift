import Cryptography
import HTTPTypes
import JOSE
import Logging
import OAuth
import Provider
import Testing
import TestSupport

@testable import Web

/// Neither the log nor the journal has anything that signs somebody in, wherever it was put.
struct SignInSecretsTests {
    /// The secrets that `text` has a good part of: of a long one its end, of a short one all.
    private static func leaked(_ secrets: [String: String], in text: String) -> [String] {
        secrets.filter { text.contains($0.value.suffix(24)) }.map(\.key).sorted()
    }

    /// All that one person's sign-in brings about, by name.
    private struct Scene {
        let server: TestServer
        let app: RelyingParty
        let browser: TestBrowser
        private(set) var secrets: [String: String] = [:]

        init() async throws {
            let provider = try await TestProvider {
                $0.registration = .open
                $0.limitsRates = false
            }
            server = try TestServer(over: provider)
            try await server.person("ada")
            app = try await RelyingParty(server)
            browser = TestBrowser(server)
            secrets["password"] = TestBrowser.password
            secrets["wrong password"] = "a wrong but telling password"
            secrets["client secret"] = app.client.secret ?? ""
            secrets["basic"] = String(TestProvider.basic(app.client.id, app.client.secret ?? "").dropFirst(6))
            secrets["verifier"] = RelyingParty.verifier
            secrets["state"] = "state " + Base64URL.encode(provider.random.bytes(32))
            secrets["nonce"] = "nonce " + Base64URL.encode(provider.random.bytes(32))
            try await signIn()
            try await collectMails()
            let registered = try await server.call(
                .post,
                "/oauth/register",
                .json(["redirect_uris": [.string(RelyingParty.redirect)]])
            )
            secrets["registration access token"] = registered["registration_access_token"] ?? ""
            secrets["registered secret"] = registered["client_secret"] ?? ""
        }

        private mutating func signIn() async throws {
            let wrong: TestForm = ["username": "ada", "password": secrets["wrong password"] ?? ""]
            _ = try await browser.submit("/sign-in", on: "/sign-in", wrong)
            // People type it where their name belongs.
            for name in ["password", "wrong password"] {
                let slip: TestForm = ["username": secrets[name] ?? "", "password": "x"]
                _ = try await browser.submit("/sign-in", on: "/sign-in", slip)
            }
            let change: [String: String?] = [
                "state": secrets["state"], "nonce": secrets["nonce"], "scope": "openid offline_access",
            ]
            let shown = try await browser.get(app.request(change))
            let path = shown.answer["return"] ?? ""
            secrets["dialogue"] = path.split(separator: "dialogue=").last.map(String.init)
            let form = try await browser.get(shown.location ?? "")
            secrets["form token of the browser"] = form.formToken
            let answer = try await app.go(on: form, browser)
            secrets["code"] = answer.answer["code"]
            let tokens = try await app.redeem(answer)
            for name in ["access_token", "refresh_token", "id_token"] { secrets[name] = tokens[name] }
            secrets["session cookie"] = browser.sessionCookie
            secrets["form cookie"] = browser.cookies["__Host-martlet-form"]
            secrets["form token"] = try await browser.get("/account").formToken
        }

        private mutating func collectMails() async throws {
            _ = try await TestBrowser(server).submit("/recover", on: "/recover", ["email": "ada@example.org"])
            secrets["recovery"] = try await server.mailedToken("/recover/", to: "ada@example.org")
            let form: TestForm = ["email": "new@example.org", "current_password": TestBrowser.password]
            _ = try await browser.submit("/account/email", on: "/account", form)
            let marker = "/account/confirm-email/"
            secrets["confirmation"] = try await server.mailedToken(marker, to: "new@example.org")
        }

        /// Puts `secret` wherever one may land, the right place included.
        func spread(_ secret: String) async throws {
            let encoded = PercentEncoding.encode(secret)
            for path in [
                "/\(encoded)", "/recover/\(encoded)", "/account/confirm-email/\(encoded)", "/oauth/register/\(encoded)",
                "/api/verify/\(encoded)", "/nothing?code=\(encoded)&state=\(encoded)", "/sign-in?return=\(encoded)",
                "/sign-in?hint=\(encoded)", "/accounts?return=\(encoded)", "/end-session?id_token_hint=\(encoded)",
                "/oauth/userinfo?access_token=\(encoded)",
            ] { _ = try await browser.get(path) }
            for name in [
                "state", "nonce", "login_hint", "id_token_hint", "request", "dialogue", "code_challenge", "claims",
            ] {
                _ = try await browser.get(app.request([name: secret, "redirect_uri": "https://evil.example/"]))
            }
            let open = ["state", "nonce", "login_hint", "id_token_hint", "request", "dialogue", "claims", "code"]
            for name in open { _ = try await browser.get(app.request([name: secret, "prompt": "none"])) }
            for name in ["username", "password", "form_token", "return"] {
                _ = try await TestBrowser(server).submit("/sign-in", on: "/sign-in", [name: secret])
            }
            try await present(secret)
        }

        /// Presents `secret` as a credential of every kind.
        private func present(_ secret: String) async throws {
            let (form, fields) = try await server.provider.credentials(of: app.client)
            for name in ["code", "refresh_token", "code_verifier", "client_secret", "client_assertion", "token"] {
                for (grant, authorization) in [
                    ("authorization_code", fields), ("refresh_token", fields), ("authorization_code", [:]),
                ] {
                    let sent = form.setting("grant_type", to: grant).setting(name, to: secret)
                    _ = try await server.call(.post, "/oauth/token", .form(sent), authorization)
                }
            }
            for path in ["/oauth/introspect", "/oauth/userinfo"] {
                _ = try await server.call(.post, path, .form(["token": secret]), fields)
            }
            let plain = secret.replacing(" ", with: "-")
            for field in ["Bearer \(plain)", "Basic \(plain)", plain] {
                _ = try await server.call(.get, "/oauth/userinfo", .none, [.authorization: field])
                _ = try await server.call(.get, "/oauth/register/x", .none, [.authorization: field])
            }
            for cookie in ["__Host-martlet", "__Host-martlet-form", "__Host-martlet-language"] {
                _ = try await server.call(.get, "/account", .none, [.cookie: "\(cookie)=\(plain)"])
            }
        }
    }

    @Test func `CD-13 no code, token, password or state is in a line of the log or the journal`() async throws {
        let scene = try await Scene()
        #expect(scene.secrets.count == 20 && scene.secrets.values.allSatisfy { $0.utf8.count >= 20 })
        for secret in scene.secrets.sorted(by: { $0.key < $1.key }) {
            try await scene.spread(secret.value)
            let kept = scene.server.log.text + scene.server.journal.text
            #expect(Self.leaked(scene.secrets, in: kept) == [], "after \(secret.key)")
        }
        #expect(scene.server.log.lines.count > 500 && scene.server.journal.entries.count > 300)
        // The control: the search finds each of them where it is planted.
        for (name, secret) in scene.secrets {
            let planted = RecordingLog()
            planted.logger.info("request", metadata: ["seen": "\(secret)"])
            #expect(Self.leaked(scene.secrets, in: planted.text).contains(name))
        }
    }
}
