import Testing

@testable import Pages

/// Pages in other languages than English.
struct LanguageTests {
    /// A language in which every phrase is its own name between marks, so that words which come from nowhere stand out.
    private static func marked() throws -> Theme {
        let members = Phrase.allCases.map { phrase in
            let places = Catalogues.installed.english[phrase].placeholders.map { "{\($0)}" }.sorted().joined()
            return "\"\(phrase)\": \"‹\(phrase)\(places.isEmpty ? "" : ":" + places)›\""
        }
        return try Theme(["catalogues/xx.json": Array("{\(members.joined(separator: ","))}".utf8)]) { _ in "" }
    }

    /// `text` without what stands between marks, marks in marks included.
    private static func outside(_ text: String) -> String {
        var depth = 0
        return text.filter { character in
            if character == "‹" { depth += 1 }
            defer { if character == "›" { depth -= 1 } }
            return depth == 0
        }
    }

    private static let pages: [(Page, Frame)] =
        FormPageTests.pages("0") + PageTests.all.dropLast().map { ($0, .bare) } + [
            (
                .consent(
                    .init(
                        asker: .init(name: "0", destination: "0", logo: nil, links: [(Text(.website), "0")]),
                        account: "0",
                        scope: ["openid", "email", "0"],
                        request: "0",
                        chooserPath: "0"
                    )
                ), Frame(formToken: "0", path: "/0")
            ),
            (.signOut(request: "0"), .bare), (.signedOut(onTo: nil), .bare), (.signedOut(onTo: "0"), .bare),
            (.register(.init(minimum: 8)), Frame(alert: .done(.registered))),
            (.applications([.init(id: "0", name: "0", scope: ["openid"], givenAt: "0")]), .bare),
            (.applications([]), .bare),
            (
                .accounts(
                    .init(
                        choices: [.init(session: "0", name: "0", signInName: "0", isCurrent: true)],
                        returnPath: "0",
                        signInPath: "0"
                    )
                ), .bare
            ),
            (.users(.init(rows: [row(true), row(false)], search: "", count: 2, nextPath: "0", isFirst: false)), .bare),
            (.user(row(true)), .bare), (.user(row(false)), .bare),
        ]

    private static func row(_ isBlocked: Bool) -> Page.UserRow {
        Page.UserRow(
            id: "0",
            name: "0",
            username: isBlocked ? "0" : nil,
            email: isBlocked ? "0" : nil,
            isEmailVerified: false,
            isBlocked: isBlocked,
            isAdministrator: !isBlocked,
            createdAt: "0",
            lastSignIn: nil
        )
    }

    @Test(arguments: pages.indices)
    func `every word of a page is of its language`(index: Int) throws {
        let (page, frame) = Self.pages[index]
        let renderer = PageRenderer(base: "", theme: try Self.marked())
        let catalogues = renderer.catalogues
        let html = renderer.html(page, in: frame, catalogues.catalogue(for: "xx"))
        let markup = try Markup(html)
        #expect(markup.tags.first { $0.name == "html" }?.attributes["lang"] == "xx")
        #expect(html.contains("‹"))
        let codes = page.terms.map(\.term)
        let names = catalogues.all.map { Text(.languageName).words(in: $0) }
        let left = Self.outside(markup.text).split(whereSeparator: \.isWhitespace).map(String.init)
            .filter { $0.contains(where: \.isLetter) && !codes.contains($0) && !names.contains($0) && $0 != "Martlet" }
        // What tests typed into the slots: an error's words, and names of people.
        #expect(Set(left).subtracting(["e", "p", "n", "t"]) == [])
        for tag in markup.tags {
            for name in ["aria-label", "title", "alt", "placeholder"] {
                let left = Self.outside(tag.attributes[name] ?? "").filter(\.isLetter)
                #expect(left.isEmpty, "\(tag)")
            }
        }
    }

    @Test func `words that come from nowhere are seen`() throws {
        #expect(Self.outside("‹a:‹b›› c") == " c")
    }

    @Test(arguments: ["de", "es", "zh"])
    func `elements keep their ids and names in every language`(language: String) throws {
        let renderer = PageRenderer(base: "")
        for (page, frame) in Self.pages {
            let english = try Markup(renderer.html(page, in: frame)).tags
            let other = try Markup(renderer.html(page, in: frame, renderer.catalogues.catalogue(for: language))).tags
            #expect(english.map(\.name) == other.map(\.name))
            for name in ["id", "name", "for", "value", "href", "action", "type", "class"] {
                #expect(english.map { $0.attributes[name] } == other.map { $0.attributes[name] })
            }
        }
    }

    @Test func `the form in the foot offers every language in its own words, and marks the one that is read`() throws {
        let renderer = PageRenderer(base: "/b")
        let html = renderer.html(
            .signIn(.init()),
            in: Frame(path: "/sign-in?x=1"),
            renderer.catalogues.catalogue(for: "de")
        )
        #expect(html.contains("action=\"/b/language\"") && html.contains("name=\"page\" value=\"/sign-in?x=1\""))
        #expect(html.contains("<option value=\"de\" lang=\"de\" selected=\"\">Deutsch</option>"))
        #expect(html.contains("<option value=\"zh\" lang=\"zh\">简体中文</option>"))
        #expect(!renderer.html(.signIn(.init())).contains("id=\"language\""))
    }

    @Test func `values are put into words as text, whatever they look like`() throws {
        let renderer = PageRenderer(base: "")
        for value in ["{name}", "<b>", "{{base}}", "{account}"] {
            let asker = Page.Asker(name: value, destination: "d", logo: nil, links: [])
            let page = Page.consent(.init(asker: asker, account: "a", scope: [], request: "", chooserPath: ""))
            #expect(
                try Markup(renderer.html(page)).text.contains("Allow \(value.replacing("<b>", with: "&lt;b&gt;"))?")
            )
        }
    }
}
