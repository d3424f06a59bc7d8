import Testing

/// The control of the page tests: the check finds what is wrong.
struct MarkupTests {
    @Test(arguments: [
        "<p>x</p>", "<!DOCTYPE html>\n<p>x", "<!DOCTYPE html>\n<p>x</b></p>", "<!DOCTYPE html>\n<p id=x>x</p>",
        "<!DOCTYPE html>\n<p>a & b</p>", "<!DOCTYPE html>\n<p>a > b</p>", "<!DOCTYPE html>\n<p",
        "<!DOCTYPE html>\n<P>x</P>",
        "<!DOCTYPE html>\n<p id=\"a\"b\">x</p>", "<!DOCTYPE html>\n</p>", "<!DOCTYPE html>\n<p>a \"b\"</p>",
    ])
    func `what is not well-formed is found`(html: String) {
        #expect(throws: Markup.Malformed.self) { try Markup(html) }
    }

    @Test func `what is well-formed passes`() throws {
        let markup = try Markup("<!DOCTYPE html>\n<p id=\"a\" class=\"b\">x &amp; y<br></p>")
        #expect(markup.tags.map(\.name) == ["p", "br", "p"])
        #expect(markup.tags.first?.attributes == ["id": "a", "class": "b"])
        #expect(markup.text.contains("x &amp; y"))
    }
}
