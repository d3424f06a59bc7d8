import Accounts
import HTTPTypes
import JOSE
import TestSupport
import Testing

@testable import Web

struct RegistrationScreenTests {
    private static let good: TestForm = [
        "username": "grace", "email": "grace@example.org", "name": "Grace Hopper", "password": TestBrowser.password,
    ]

    private func register(_ server: TestServer, _ changes: TestForm = [:], by browser: TestBrowser? = nil) async throws
        -> TestReply
    {
        let form = Self.good.without(changes.pairs.map(\.0)) + changes
        return try await (browser ?? TestBrowser(server)).submit("/register", on: "/register", form)
    }

    @Test func `an account is made, waits for its mail's link, and signs in then`() async throws {
        let server = try await TestServer()
        let browser = TestBrowser(server)
        #expect(try await browser.get("/sign-in").text.contains("href=\"/register\""))
        let reply = try await register(server, by: browser)
        #expect(reply.status == 303)
        #expect(reply.location == "/sign-in?done=registered")
        #expect(try await browser.get("/sign-in?done=registered").alert?.contains("A mail is on its way.") == true)
        #expect(try await browser.signIn("grace").status == 403)
        let link =
            try await "/account/confirm-email/"
            + server.mailedToken(
                "/account/confirm-email/",
                to: "grace@example.org"
            )
        #expect(try await browser.get(link).status == 200)
        #expect(try await browser.signIn("grace").status == 403, "a look at the link does nothing")
        #expect(try await browser.submit(link, on: link, [:]).status == 200)
        #expect(try await browser.signIn("grace").location == "/account")
        #expect(try await browser.get("/account").text.contains("grace@example.org (confirmed)"))
        let account = try #require(try await server.provider.accounts.account(.username(Username("grace")!)))
        #expect(account.roles == [.guest] && account.profile.isEmpty && account.name == "Grace Hopper")
        #expect(try await browser.get("/register").location == "/account")
    }

    @Test func `whether an address is taken is not told, and its owner gets a mail`() async throws {
        let server = try await TestServer()
        let ada = try await server.person("ada")
        let free = try await register(server)
        let taken = try await register(server, ["username": "eve", "email": "ADA@example.org"])
        #expect(free.status == 303 && taken.status == 303)
        #expect(free.location == taken.location)
        #expect(free.fields.map(\.name) == taken.fields.map(\.name))
        #expect(try await server.provider.accounts.count() == 2)
        #expect(try await server.provider.accounts.account(.username(Username("eve")!)) == nil)
        #expect(try await server.provider.accounts.account(.email(ada.email!))?.username == ada.username)
        let mail = try #require(try await server.mails().last { $0.recipient.key == "ada@example.org" })
        #expect(mail.subject == "You have an account already")
        #expect(mail.body.contains("/sign-in\n") && mail.body.contains("/recover\n"))
        #expect(!mail.body.contains("martlet_mt_") && !mail.body.contains("eve"))
    }

    @Test func `a taken and a free address count the same`() async throws {
        for isTaken in [true, false] {
            let server = try await TestServer()
            if isTaken { try await server.person("ada") }
            var statuses: [Int] = []
            for index in 0..<7 {
                let form: TestForm = ["username": "eve-\(index)", "email": "ada@example.org"]
                statuses.append(try await register(server, form).status)
            }
            #expect(statuses == [303, 303, 303, 303, 303, 429, 429], "taken: \(isTaken)")
        }
    }

    /// What is wrong, beside which field, and in which words.
    static let faults: [(changes: TestForm, field: String, text: String)] = [
        (["username": ""], "username", "A username has 1 to 64"), (["username": "a b"], "username", "A username has"),
        (["username": "ada"], "username", "Somebody has this username already."),
        (["username": "ADA"], "username", "Somebody has this username already."),
        (["email": "nowhere"], "email", "Type an email address"), (["name": " "], "name", "Type a name."),
        (["name": "a\u{202E}b"], "name", "no control characters"),
        (["password": "short"], "password", "must have at least 8"),
        (["password": "password"], "password", "is among the commonest"), (["password": ""], "password", "at least 8"),
    ]

    @Test(arguments: faults.indices)
    func `what is wrong is said beside its field, and what was typed stays`(index: Int) async throws {
        let (changes, field, text) = Self.faults[index]
        let server = try await TestServer()
        try await server.person("ada")
        let reply = try await register(server, changes)
        #expect(reply.status == 422)
        let problem = try #require(reply.text.firstRange(of: "id=\"\(field)-problem\""))
        #expect(reply.text[problem.upperBound...].prefix(200).contains(text))
        if field != "email" { #expect(reply.text.contains("value=\"grace@example.org\"")) }
        #expect(!reply.text.contains(TestBrowser.password) && !reply.text.contains("value=\"short\""))
        #expect(try await server.provider.accounts.count() == 1)
        #expect(try await server.mails().isEmpty)
    }

    @Test func `all that is wrong is said at once`() async throws {
        let empty: TestForm = ["username": "", "email": "", "name": "", "password": ""]
        let reply = try await register(try await TestServer(), empty)
        for field in ["username", "email", "name", "password"] {
            #expect(reply.text.contains("id=\"\(field)-problem\""))
        }
    }

    @Test(arguments: ["\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>", "{{base}}", "</title><b>"])
    func `what is typed stays text`(text: String) async throws {
        let reply = try await register(try await TestServer(), ["username": text, "email": text, "name": text])
        #expect(reply.status == 422)
        for tag in ["<script", "<img", "<b>"] { #expect(!reply.text.contains(tag)) }
    }

    @Test(arguments: [true, false])
    func `the form is taken from the browser that it was shown in only`(isOwn: Bool) async throws {
        let server = try await TestServer()
        let (browser, other) = (TestBrowser(server), TestBrowser(server))
        let token = try await (isOwn ? browser : other).get("/register").formToken
        try await browser.get("/register")
        let reply = try await browser.post("/register", Self.good + ["form_token": token])
        #expect(reply.status == (isOwn ? 303 : 403))
        #expect(try await server.provider.accounts.count() == (isOwn ? 1 : 0))
    }

    @Test func `a form of another site makes no account`() async throws {
        let server = try await TestServer()
        let browser = TestBrowser(server)
        let token = try await browser.get("/register").formToken
        let form = Self.good + ["form_token": token]
        #expect(try await browser.post("/register", form, [.origin: "https://evil.example"]).status == 403)
        #expect(try await browser.post("/register", form).status == 303)
    }
}
