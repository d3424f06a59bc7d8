import Testing

@testable import Pages

struct PageTests {
    static let all: [Page] = [
        .emailVerified, .emailNotVerified, .oauthErrors, .notFound, .recoveryLinkDead, .emailConfirmed,
        .refused("h", "t"),
    ]

    @Test(arguments: all.indices)
    func `every page is well-formed and says what it is`(index: Int) throws {
        let page = Self.all[index]
        let html = PageRenderer(base: "/tenant").html(page)
        let markup = try Markup(html)
        #expect(html.contains("<title>\(english(page.title))</title>"))
        #expect(html.contains("<h1>\(english(page.heading))</h1>"))
        #expect(markup.tags.filter { $0.name == "h1" && !$0.closes }.count == 1)
        #expect(markup.tags.contains { $0.name == "main" && $0.attributes["class"] == "narrow \(page.tone.rawValue)" })
        #expect(markup.tags.contains { $0.name == "html" && $0.attributes["lang"] == "en" })
        #expect(markup.tags.contains { $0.name == "meta" && $0.attributes["charset"] == "utf-8" })
        for text in page.paragraphs + page.terms.flatMap({ [.verbatim($0.term), $0.meaning] }) {
            #expect(markup.text.contains(english(text)))
        }
    }

    @Test(arguments: all.indices)
    func `no page runs a script, has a style of its own or loads from elsewhere`(index: Int) throws {
        let markup = try Markup(PageRenderer(base: "/tenant").html(Self.all[index]))
        #expect(
            Set(markup.tags.map(\.name)).isDisjoint(with: [
                "script", "style", "iframe", "object", "embed", "img", "form",
            ])
        )
        for tag in markup.tags {
            #expect(!tag.attributes.keys.contains { $0 == "style" || $0.hasPrefix("on") })
            for name in ["href", "src", "action"] {
                #expect(tag.attributes[name].map { $0.hasPrefix("/tenant/") || $0 == "#content" } ?? true)
            }
        }
        #expect(
            markup.tags.filter { $0.name == "link" }.map { $0.attributes["href"] }
                == ["/tenant/assets/martlet.svg", "/tenant/assets/martlet.css"]
        )
    }

    @Test func `the pages of the seed say what it says`() throws {
        let html = PageRenderer(base: "").html(.emailVerified)
        #expect(html.contains("<title>Email Verified</title>"))
        #expect(html.contains("<h1>Email Verified Successfully!</h1>"))
        #expect(html.contains("<p>Your email address has been verified.</p>"))
        #expect(html.contains("href=\"/assets/martlet.css\""))
    }

    @Test(arguments: [
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
        "invalid_scope",
        "invalid_token", "insufficient_scope", "temporarily_unavailable", "server_error",
    ])
    func `every error code has an anchor on its page`(code: String) throws {
        let markup = try Markup(PageRenderer(base: "").html(.oauthErrors))
        #expect(markup.tags.filter { $0.attributes["id"] == code }.map(\.name) == ["section"])
    }

    private static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "&lt;b&gt;",
        "</title><script>",
        "{{base}}", "{{{base}}}", "{{#terms}}x{{/terms}}", "%s%n", "\\(x)", "a & b", "<!--", "]]>", "\u{0}\u{202E}",
    ]

    @Test(arguments: hostile)
    func `hostile text stays text in every field`(text: String) throws {
        let page = Page(
            title: "t \(text)",
            heading: "h \(text)",
            paragraphs: ["p \(text)"],
            terms: [("i \(text)", "m \(text)")]
        )
        let plain = Page(title: "t", heading: "h", paragraphs: ["p"], terms: [("i", "m")])
        let base = "/b \(text)"
        let markup = try Markup(PageRenderer(base: base).html(page))
        let expected = try Markup(PageRenderer(base: "/b").html(plain))
        // The same tags with the same attribute names: nothing of the text became markup.
        #expect(markup.tags.map(\.name) == expected.tags.map(\.name))
        #expect(markup.tags.map { $0.attributes.keys.sorted() } == expected.tags.map { $0.attributes.keys.sorted() })
        #expect(!markup.text.contains("<"))
        if text.contains("{") { #expect(markup.text.contains(text)) }
    }

    @Test func `the stylesheet is there and loads nothing`() {
        let text = String(decoding: PageRenderer.stylesheet, as: UTF8.self)
        for selector in [".narrow", ".wide", ".good", ".bad", "body", "prefers-color-scheme: dark"] {
            #expect(text.contains(selector))
        }
        #expect(!text.contains("url("))
        #expect(!text.contains("@import"))
        #expect(text.filter { $0 == "{" }.count == text.filter { $0 == "}" }.count)
    }
}
