/// What a page says; the templates say how it looks.
package struct Page: Sendable {
    /// The colour of the upper edge.
    package enum Tone: String, Sendable {
        case plain, good, bad
    }

    package let title: Text
    package let heading: Text
    package let tone: Tone
    /// Where in the navigation it is, and how wide; nil for a page outside of it, which is narrow.
    package let section: Section?
    package let paragraphs: [Text]
    /// Words and what they mean, each with an anchor of its own.
    package let terms: [(term: String, meaning: Text)]
    package let panels: [Panel]
    package let links: [Link]
    /// An absolute URL that the browser goes on to by itself, in a moment.
    package let next: String?

    package init(
        title: Text,
        heading: Text,
        tone: Tone = .plain,
        section: Section? = nil,
        paragraphs: [Text] = [],
        terms: [(term: String, meaning: Text)] = [],
        panels: [Panel] = [],
        links: [Link] = [],
        next: String? = nil
    ) {
        self.title = title
        self.heading = heading
        self.tone = tone
        self.section = section
        self.paragraphs = paragraphs
        self.terms = terms
        self.panels = panels
        self.links = links
        self.next = next
    }
}

/// A link to another page of the server, or out of it.
package struct Link: Sendable {
    package let text: Text
    /// Below the issuer's path, with its query; where the link leads out, an absolute URL.
    package let path: String
    /// The element's id; nil where nobody looks for it.
    package let id: String?
    private let leadsOut: Bool

    package init(_ text: Text, to path: String, id: String? = nil) {
        self.text = text
        self.path = path
        self.id = id
        leadsOut = false
    }

    /// `url` is http or https: somebody made sure of that.
    package init(_ text: Text, out url: String) {
        self.text = text
        path = url
        id = nil
        leadsOut = true
    }

    func model(_ scene: Scene) -> [String: Any] {
        var model: [String: Any] = ["text": scene.words(text), "path": leadsOut ? path : scene.base + path]
        if let id { model["id"] = id }
        return model
    }
}

/// A part of a page: facts, a table, forms.
package struct Panel: Sendable {
    /// The element's id, unique on the page.
    package let id: String
    package let heading: Text?
    package let paragraphs: [Text]
    /// The path of a picture below the issuer's, shown above all else and said to nobody.
    package let picture: String?
    /// Things to be read one by one.
    package let items: [Text]
    package let facts: [(name: Text, value: Text)]
    package let table: Table?
    package let forms: [Form]
    package let links: [Link]

    package init(
        id: String,
        heading: Text? = nil,
        picture: String? = nil,
        paragraphs: [Text] = [],
        items: [Text] = [],
        facts: [(name: Text, value: Text)] = [],
        table: Table? = nil,
        forms: [Form] = [],
        links: [Link] = []
    ) {
        self.id = id
        self.heading = heading
        self.picture = picture
        self.paragraphs = paragraphs
        self.items = items
        self.facts = facts
        self.table = table
        self.forms = forms
        self.links = links
    }

    func model(_ frame: Frame, _ scene: Scene) -> [String: Any] {
        var model: [String: Any] = [
            "id": id, "paragraphs": paragraphs.map(scene.words), "hasFacts": !facts.isEmpty,
            "facts": facts.map { ["name": scene.words($0.name), "value": scene.words($0.value)] },
            "hasItems": !items.isEmpty, "items": items.map(scene.words),
            "forms": forms.map { $0.model(frame, scene) }, "hasLinks": !links.isEmpty,
            "links": links.map { $0.model(scene) },
        ]
        if let heading { model["heading"] = scene.words(heading) }
        if let picture { model["picture"] = scene.base + picture }
        if let table { model["table"] = table.model(frame, scene) }
        return model
    }
}

/// A table that becomes a list of cards where the window is narrow.
package struct Table: Sendable {
    package struct Cell: Sendable {
        package let text: Text?
        /// The second line.
        package let detail: Text?
        package let link: Link?
        package let form: Form?

        package init(_ text: Text? = nil, detail: Text? = nil, link: Link? = nil, form: Form? = nil) {
            self.text = text
            self.detail = detail
            self.link = link
            self.form = form
        }
    }

    package let caption: Text
    package let columns: [Text]
    /// As many cells as columns; the first names the row.
    package let rows: [[Cell]]
    /// Said in the place of rows.
    package let emptyText: Text

    package init(caption: Text, columns: [Text], rows: [[Cell]], emptyText: Text) {
        self.caption = caption
        self.columns = columns
        self.rows = rows
        self.emptyText = emptyText
    }

    func model(_ frame: Frame, _ scene: Scene) -> [String: Any] {
        let columns = columns.map(scene.words)
        let rows: [[String: Any]] = rows.map { row in
            let cells = zip(columns, row).map { column, cell in cell.model(column, frame, scene) }
            return ["name": cells[0], "cells": Array(cells.dropFirst())]
        }
        return [
            "caption": scene.words(caption), "columns": columns, "rows": rows, "isEmpty": rows.isEmpty,
            "emptyText": scene.words(emptyText),
        ]
    }
}

extension Table.Cell {
    fileprivate func model(_ column: String, _ frame: Frame, _ scene: Scene) -> [String: Any] {
        var model: [String: Any] = ["column": column]
        if let link { model["link"] = link.model(scene) } else if let text { model["text"] = scene.words(text) }
        if let detail { model["detail"] = scene.words(detail) }
        if let form { model["form"] = form.model(frame, scene) }
        return model
    }
}
