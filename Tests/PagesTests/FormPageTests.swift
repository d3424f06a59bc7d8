import Testing

@testable import Pages

/// The pages with forms and tables, each filled with one text in every slot that others can fill.
struct FormPageTests {
    static let count = 9

    /// The pages, with `text` wherever text of people is shown.
    static func pages(_ text: String) -> [(Page, Frame)] {
        let alert = Alert.error("e \(text)", [.init("username", "p \(text)"), .init("email", "p \(text)")])
        let open = Frame(alert: alert, formToken: "t \(text)")
        let signedIn = Frame(
            person: .init(name: "n \(text)", isAdministrator: true),
            alert: alert,
            formToken: "t \(text)"
        )
        var account = Page.OwnAccount(
            id: text,
            username: text,
            email: text,
            isEmailVerified: false,
            name: text,
            createdAt: text,
            minimum: 8
        )
        account.typedName = text
        account.typedEmail = text
        let session = Page.SessionRow(
            id: text,
            device: .verbatim(text),
            face: .verbatim(text),
            address: text,
            startedAt: text,
            lastSeenAt: text,
            isCurrent: false
        )
        return [
            (.signIn(.init(username: text, isRemembered: true, returnPath: text)), open),
            (.recover(email: text), open), (.choosePassword(token: text, minimum: 8), open),
            (.confirmEmail(token: text), open), (.account(account), signedIn),
            (.sessions([session, session]), signedIn),
            (.keys([.init(thumbprint: text, kind: .verbatim(text))]), signedIn),
            (.friends([.init(id: text, name: text, username: text)], typed: text), signedIn), (.friends([]), signedIn),
        ]
    }

    private func markup(_ index: Int, _ text: String = "x") throws -> (html: String, markup: Markup) {
        let (page, frame) = Self.pages(text)[index]
        let html = PageRenderer(base: "/tenant").html(page, in: frame)
        return (html, try Markup(html))
    }

    @Test func `every page is in the list`() { #expect(Self.pages("x").count == Self.count) }

    @Test(arguments: 0..<count)
    func `every field has a label and every id is there once`(index: Int) throws {
        let (_, markup) = try markup(index)
        let ids = markup.tags.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        let labels = Set(markup.tags.filter { $0.name == "label" }.compactMap { $0.attributes["for"] })
        for input in markup.tags where input.name == "input" {
            guard input.attributes["type"] != "hidden", input.attributes["hidden"] == nil else { continue }
            #expect(labels.contains(input.attributes["id"] ?? ""), "\(input)")
        }
        for tag in markup.tags {
            for name in ["aria-describedby", "aria-labelledby"] {
                for id in (tag.attributes[name] ?? "").split(separator: " ") { #expect(ids.contains(String(id))) }
            }
            if tag.name == "a", let target = tag.attributes["href"], target.hasPrefix("#"), ids.contains("username") {
                #expect(ids.contains(String(target.dropFirst())) || target == "#email")
            }
        }
    }

    @Test(arguments: 0..<count)
    func `every form is sent by POST, to the server itself, with its token`(index: Int) throws {
        let (_, markup) = try markup(index)
        let forms = markup.tags.filter { $0.name == "form" && !$0.closes }
        #expect(!forms.isEmpty)
        for form in forms {
            #expect(form.attributes["method"] == "post")
            #expect(form.attributes["action"]?.hasPrefix("/tenant/") == true)
        }
        let tokens = markup.tags.filter { $0.attributes["name"] == "form_token" }
        #expect(tokens.count == forms.count)
        #expect(tokens.allSatisfy { $0.attributes["value"] == "t x" })
        #expect(Set(markup.tags.map(\.name)).isDisjoint(with: ["script", "style", "iframe", "object", "embed", "img"]))
        #expect(!markup.tags.contains { $0.attributes.keys.contains { $0 == "style" || $0.hasPrefix("on") } })
    }

    private static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "&lt;b&gt;",
        "{{base}}",
        "{{{base}}}", "{{#panels}}x{{/panels}}", "{{>form}}", "a & b", "<!--", "\u{0}\u{202E}",
    ]

    @Test(arguments: 0..<count, hostile)
    func `hostile text stays text in every slot`(index: Int, text: String) throws {
        let (_, seen) = try markup(index, text)
        let (_, expected) = try markup(index)
        #expect(seen.tags.map(\.name) == expected.tags.map(\.name))
        #expect(seen.tags.map { $0.attributes.keys.sorted() } == expected.tags.map { $0.attributes.keys.sorted() })
        #expect(!seen.text.contains("<"))
    }

    @Test func `a password is never sent back, even if it were given`() throws {
        let field = Field("p", label: "P", kind: .password, value: "secret")
        #expect(field.value.isEmpty)
    }

    @Test func `what happened is said first, and by more than a colour`() throws {
        let renderer = PageRenderer(base: "")
        let page = Page.signIn(.init())
        let wrong = renderer.html(page, in: Frame(alert: .error("Wrong.", [.init("username", "Mend it.")])))
        #expect(wrong.contains("<title>Error: Sign in – Martlet</title>"))
        #expect(wrong.contains("role=\"alert\""))
        #expect(wrong.contains("<strong>Error:</strong> Wrong."))
        #expect(wrong.contains("<a href=\"#username\">Mend it.</a>"))
        #expect(wrong.contains("aria-invalid=\"true\" aria-describedby=\"username-problem\""))
        let done = renderer.html(page, in: Frame(alert: .done(.signedOut)))
        #expect(done.contains("<title>You are signed out. Sign in – Martlet</title>"))
        #expect(done.contains("role=\"status\""))
        #expect(done.contains("<strong>Done:</strong> You are signed out."))
    }

    @Test(arguments: [true, false])
    func `the navigation shows where one is, and the users to administrators only`(isAdministrator: Bool) throws {
        let frame = Frame(person: .init(name: "Ada", isAdministrator: isAdministrator), formToken: "t")
        let html = PageRenderer(base: "").html(.sessions([]), in: frame)
        #expect(html.contains("<a href=\"/account/sessions\" aria-current=\"page\">Sessions</a>"))
        #expect(html.contains("href=\"/admin/users\"") == isAdministrator)
        #expect(html.contains("<button id=\"sign-out\""))
    }

    @Test func `a notice is known by a code that fits into a query`() {
        for notice in Notice.allCases {
            #expect(notice.rawValue.allSatisfy { $0.isLowercase || $0 == "-" })
            #expect(english(notice.text).hasSuffix("."))
        }
    }
}
