import Testing

@testable import Pages

/// The pages that show what applications say of themselves or ask for, and the rest that `FormPageTests` does not have, each filled with one
/// text in every slot that others can fill.
struct HostileTextTests {
    enum Kind: CaseIterable, Sendable {
        case consent, signInForApplication, accounts, accountsForApplication, applications, signOut, signedOut
        case signedOutAndOn, refused, register, users, user, blockedAdministrator, foreignFrames, formPost

        /// The page as HTML, with `text` in each slot.
        func html(_ text: String) -> String {
            guard self == .formPost else { return Self.renderer.html(page(text), in: frame(text)) }
            let html = Self.renderer.formPost(to: text, [("state", text), (text, "x"), ("iss", text)])
            // Of the page itself, and the only attribute without a value.
            return html.replacing("submit.js\" defer>", with: "submit.js\">")
        }

        private static let renderer = PageRenderer(base: "/tenant")

        private func frame(_ text: String) -> Frame {
            let alert = Alert.error("e \(text)", [.init("username", "p \(text)")])
            if self == .foreignFrames {
                return Frame(alert: alert, formToken: text, path: "/\(text)", addresses: [text, text])
            }
            return Frame(
                person: .init(name: "n \(text)", isAdministrator: true),
                alert: alert,
                formToken: "t \(text)",
                path: "/sign-in?hint=\(text)"
            )
        }

        private func asker(_ text: String) -> Page.Asker {
            var asker = Page.Asker(
                name: text,
                destination: text,
                logo: text,
                links: [(Text(.website), text), (Text(.privacyPolicy), text)]
            )
            asker.notes = [.verbatim(text), Text(.unregistered, [.host: .verbatim(text)])]
            return asker
        }

        private func page(_ text: String) -> Page {
            let choice = Page.AccountChoice(session: text, name: text, signInName: text, isCurrent: true)
            switch self {
            case .consent:
                var asked = Page.Consent(
                    asker: asker(text),
                    account: text,
                    scope: ["openid", text, "words"],
                    request: text,
                    chooserPath: "/\(text)"
                )
                asked.words = ["words": text]
                asked.resources = [(text, text)]
                return .consent(asked)
            case .signInForApplication:
                var typed = Page.SignIn(username: text, isRemembered: false, returnPath: text)
                typed.asker = asker(text)
                typed.chooserPath = "/\(text)"
                return .signIn(typed)
            case .accounts, .accountsForApplication:
                var accounts = Page.Accounts(choices: [choice, choice], returnPath: text, signInPath: "/\(text)")
                if self == .accountsForApplication { accounts.asker = asker(text) }
                return .accounts(accounts)
            case .applications:
                let row = Page.ApplicationRow(
                    id: text,
                    name: text,
                    scope: [text, "words"],
                    words: ["words": text],
                    givenAt: text
                )
                return .applications([row, row])
            case .signOut: return .signOut(request: text)
            case .signedOut, .foreignFrames, .formPost: return .signedOut(onTo: nil)
            case .signedOutAndOn: return .signedOut(onTo: text)
            case .refused: return .refused(.verbatim(text), .verbatim(text))
            case .register:
                var typed = Page.Registration(minimum: 8)
                (typed.username, typed.email, typed.name) = (text, text, text)
                return .register(typed)
            case .users:
                let rows = [user(text, isAdministrator: false), user(text, isAdministrator: true)]
                return .users(.init(rows: rows, search: text, count: 2, nextPath: "/\(text)", isFirst: false))
            case .user: return .user(user(text, isAdministrator: false))
            case .blockedAdministrator: return .user(user(text, isAdministrator: true))
            }
        }

        private func user(_ text: String, isAdministrator: Bool) -> Page.UserRow {
            Page.UserRow(
                id: text,
                name: text,
                username: text,
                email: text,
                isEmailVerified: false,
                isBlocked: isAdministrator,
                isAdministrator: isAdministrator,
                createdAt: text,
                lastSignIn: text
            )
        }
    }

    private static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "&lt;b&gt;",
        "</title></head><script>", "</form><form action=https://evil.example>", "{{base}}", "{{{base}}}",
        "{{#panels}}x{{/panels}}", "{{>form}}", "a & b", "<!--", "]]>", "--><svg/onload=alert(1)>", "\u{0}\u{202E}",
        "\"\r\nautofocus onfocus=\"alert(1)", "&quot; onfocus=alert(1)",
        // One character to Swift, two to a browser: an accent after a mark, a number sign before it, a joiner, a variation.
        "\"\u{301} autofocus onfocus=alert(1) x=", "\u{600}\"\u{600}>\u{600}<script>alert(1)\u{600}</script>",
        "\"\u{200D}>\u{FE0F}", "'\u{301}&\u{301}lt;", "\u{110BD}<b>\u{302}",
    ]

    /// With a `?` for each scalar outside ASCII, so that none is one character with its neighbour to who reads the markup.
    private static func plain(_ html: String) -> String {
        String(String.UnicodeScalarView(html.unicodeScalars.map { $0.isASCII ? $0 : "?" }))
    }

    @Test(arguments: Kind.allCases, hostile)
    func `CO-06 hostile text stays text in every slot of every page`(kind: Kind, text: String) throws {
        let (html, plain) = (kind.html(text), kind.html("x"))
        let (seen, expected) = (try Markup(Self.plain(html)), try Markup(Self.plain(plain)))
        #expect(seen.tags.map(\.name) == expected.tags.map(\.name))
        #expect(seen.tags.map { $0.attributes.keys.sorted() } == expected.tags.map { $0.attributes.keys.sorted() })
        #expect(!seen.text.contains("<"))
        // Whatever else is beside them: by scalar, as a browser reads.
        let marks = { (html: String) in html.unicodeScalars.filter { "<>\"".unicodeScalars.contains($0) }.count }
        #expect(marks(html) == marks(plain))
        // No mark of an attribute's end or of a tag is in a value either.
        #expect(!seen.tags.contains { $0.attributes.values.contains { $0.contains("<") || $0.contains(">") } })
        // The control: the text is there, be it escaped.
        let letters = text.filter { $0.isLetter && $0.isASCII }
        if kind != .signedOut, letters.count > 2 { #expect(html != plain) }
    }

    @Test(arguments: Kind.allCases.filter { $0 != .formPost })
    func `no page has a script, a style or a handler of its own`(kind: Kind) throws {
        let markup = try Markup(kind.html("x"))
        #expect(Set(markup.tags.map(\.name)).isDisjoint(with: ["script", "style", "object", "embed", "base"]))
        #expect(!markup.tags.contains { $0.attributes.keys.contains { $0 == "style" || $0.hasPrefix("on") } })
        for form in markup.tags where form.name == "form" && !form.closes {
            #expect(form.attributes["action"]?.hasPrefix("/tenant/") == true)
        }
    }
}
