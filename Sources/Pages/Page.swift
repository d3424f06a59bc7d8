import Mustache

/// What a page says; the layout says how it looks.
package struct Page: Sendable {
    /// The colour of the card's upper edge.
    package enum Tone: String, Sendable {
        case plain, good, bad
    }

    package let title: String
    package let heading: String
    package let tone: Tone
    package let paragraphs: [String]
    /// Words and what they mean, each with an anchor of its own.
    package let terms: [(term: String, meaning: String)]

    package init(
        title: String,
        heading: String,
        tone: Tone = .plain,
        paragraphs: [String],
        terms: [(term: String, meaning: String)] = []
    ) {
        self.title = title
        self.heading = heading
        self.tone = tone
        self.paragraphs = paragraphs
        self.terms = terms
    }
}

/// Turns pages into HTML. All text is escaped.
package struct PageRenderer: Sendable {
    private let layout: MustacheTemplate
    private let base: String

    /// `base` is the path under which the assets lie. Throws when the layout is not a Mustache template.
    package init(base: String) throws {
        self.base = base
        layout = try MustacheTemplate(string: String(decoding: PackageResources.layout_mustache, as: UTF8.self))
    }

    /// The HTML of `page`.
    package func html(_ page: Page) -> String {
        let model: [String: Any] = [
            "base": base, "title": page.title, "heading": page.heading, "tone": page.tone.rawValue,
            "paragraphs": page.paragraphs,
            "terms": page.terms.map { ["term": $0.term, "meaning": $0.meaning] },
        ]
        return layout.render(model)
    }

    /// The stylesheet of all pages.
    package static let stylesheet = PackageResources.martlet_css
}
