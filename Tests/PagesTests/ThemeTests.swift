import Testing

@testable import Pages

struct ThemeTests {
    private static func theme(_ files: [String: String]) throws -> Theme {
        try Theme(files.mapValues { Array($0.utf8) }) { "\($0.count)abcdef" }
    }

    private static func html(_ files: [String: String], _ tag: String = "en") throws -> String {
        let renderer = PageRenderer(base: "/b", theme: try theme(files))
        return renderer.html(.signIn(.init()), in: Frame(path: "/sign-in"), renderer.catalogues.catalogue(for: tag))
    }

    @Test func `without a folder pages are as they are`() throws {
        #expect(try Self.html([:]) == PageRenderer(base: "/b").html(.signIn(.init()), in: Frame(path: "/sign-in")))
        #expect(try !Self.html([:]).contains("theme-"))
    }

    @Test func `a template stands in for the one of its name, and the others stay`() throws {
        let html = try Self.html(["templates/field.mustache": "<b>{{.label}}</b>"])
        #expect(html.contains("<b>Password</b>") && !html.contains("<input id=\"password\""))
        #expect(html.contains("<button id=\"sign-in\""))
    }

    @Test func `what an own template is given is escaped, unless it asks for three braces`() throws {
        let theme = try Self.theme(["templates/cell.mustache": "<i>{{.text}}</i>"])
        let friends = Page.friends([.init(id: "1", name: "<script>", username: nil)])
        let renderer = PageRenderer(base: "", theme: theme)
        #expect(renderer.html(friends).contains("<i>&lt;script&gt;</i>"))
        let raw = PageRenderer(base: "", theme: try Self.theme(["templates/cell.mustache": "<i>{{{.text}}}</i>"]))
        #expect(raw.html(friends).contains("<i><script></i>"))
    }

    @Test func `the stylesheet comes after the house's, under a name of its bytes`() throws {
        let theme = try Self.theme(["theme.css": "body{}"])
        #expect(theme.stylesheet?.name == "theme-6abcdef.css")
        let html = PageRenderer(base: "/b", theme: theme).html(.signIn(.init()))
        let house = try #require(html.firstRange(of: "/b/assets/martlet.css"))
        let own = try #require(html.firstRange(of: "href=\"/b/assets/theme-6abcdef.css\""))
        #expect(house.upperBound < own.lowerBound)
        #expect(PageRenderer(base: "/b", theme: theme).formPost(to: "x", []).contains("theme-6abcdef.css"))
    }

    @Test func `words of a folder are said`() throws {
        let files = [
            "catalogues/en.json": #"{"house": "Acme", "titled": "{page} – Acme"}"#,
            "catalogues/fr.json": #"{"languageName": "Français", "signIn": "Se connecter"}"#,
        ]
        #expect(try Self.html(files).contains("<title>Sign in – Acme</title>"))
        #expect(try Self.html(files).contains("<p>Acme</p>"))
        #expect(
            try Self.html(files, "fr").contains("<title>Se connecter – Acme</title>"),
            "French falls back to this English"
        )
        #expect(try Self.html(files).contains("Français"))
    }

    @Test(
        arguments: [
            ("templates/layuot.mustache", "", "templates/layuot.mustache: there is no template of this name"),
            (
                "templates/cell.mustache", "\n{{#.text}}",
                "templates/cell.mustache, line 2: it is not a Mustache template"
            ),
            (
                "templates/cell.mustache", "a\n{{>fom}}",
                "templates/cell.mustache, line 2: there is no template \"fom\" to put here"
            ),
            (
                "templates/cell.html", "",
                "templates/cell.html: nothing is read from here: templates are templates/NAME.mustache"
            ),
            (
                "catalogues/français.json", "{}",
                "catalogues/français.json: a catalogue is named by the tag of its language"
            ),
            ("catalogues/..json", "{}", "catalogues/..json: a catalogue is named by the tag of its language"),
            ("catalogues/de.json", "{\n\"x\": \"y\"}", "catalogues/de.json, line 2: there is no phrase \"x\""),
            (
                "catalogues/de.json", "{\"allowQuestion\": \"?\"}",
                "catalogues/de.json, line 1: \"allowQuestion\" must have {name}"
            ),
            ("theme.scss", "", "theme.scss: nothing is read from here"),
            ("templates/a/b.mustache", "", "templates/a/b.mustache: nothing is read"),
        ]
    )
    func `a file that cannot be used says which, where and why`(path: String, text: String, sentence: String) {
        let error = #expect(throws: ThemeError.self) {
            _ = try Self.theme([path: text])
        }
        #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
    }

    @Test func `a template that is no text is refused`() {
        #expect(throws: ThemeError.self) {
            _ = try Theme(["templates/cell.mustache": [0xFF, 0xFE]]) { _ in "" }
        }
    }
}
