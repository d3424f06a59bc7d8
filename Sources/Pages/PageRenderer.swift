import Mustache

/// Turns pages into HTML. All text is escaped.
package struct PageRenderer: Sendable {
    private let library: MustacheLibrary
    private let base: String

    /// `base` is the path under which pages and assets lie. Throws when one of `Templates` is not a Mustache template.
    package init(base: String) throws {
        self.base = base
        let templates = [
            "layout": PackageResources.layout_mustache, "alert": PackageResources.alert_mustache,
            "panel": PackageResources.panel_mustache, "table": PackageResources.table_mustache,
            "cell": PackageResources.cell_mustache, "form": PackageResources.form_mustache,
            "field": PackageResources.field_mustache, "form-post": PackageResources.form_post_mustache,
        ]
        library = MustacheLibrary(
            templates: try templates.mapValues { try MustacheTemplate(string: String(decoding: $0, as: UTF8.self)) }
        )
    }

    /// The HTML of `page` in `frame`.
    package func html(_ page: Page, in frame: Frame = .bare) -> String {
        var model: [String: Any] = [
            "base": base, "title": Self.title(of: page, in: frame), "heading": page.heading,
            "tone": page.tone.rawValue, "width": page.section == nil ? "narrow" : "wide",
            "paragraphs": page.paragraphs, "hasLinks": !page.links.isEmpty,
            "links": page.links.map { $0.model(base: base) },
            "terms": page.terms.map { ["term": $0.term, "meaning": $0.meaning] },
            "panels": page.panels.map { $0.model(frame, base: base) },
        ]
        if let next = page.next { model["next"] = next }
        if !frame.addresses.isEmpty { model["addresses"] = frame.addresses }
        if let alert = frame.alert { model["alert"] = alert.model }
        if let person = frame.person {
            let sections = Section.allCases.filter { $0 != .users || person.isAdministrator }
            model["person"] = [
                "name": person.name, "token": frame.formToken,
                "sections": sections.map { section in
                    [
                        "path": base + section.path, "label": section.label, "isCurrent": section == page.section,
                    ] as [String: Any]
                },
            ]
        }
        return library.render(model, withTemplate: "layout") ?? ""
    }

    /// A page that goes on by itself: a form that is sent to `action`, another site's, as soon as it is there (OAuth Form Post Response
    /// Mode). Without scripts it has a button.
    package func formPost(to action: String, _ parameters: [(name: String, value: String)]) -> String {
        let model: [String: Any] = [
            "base": base, "action": action,
            "parameters": parameters.map { ["name": $0.name, "value": $0.value] },
        ]
        return library.render(model, withTemplate: "form-post") ?? ""
    }

    /// Says first what happened, since that is what is read aloud first.
    private static func title(of page: Page, in frame: Frame) -> String {
        guard let alert = frame.alert else { return page.title }
        return alert.isError ? "Error: \(page.title)" : "\(alert.text) \(page.title)"
    }

    /// The stylesheet of all pages.
    package static let stylesheet = PackageResources.martlet_css
    /// The script of the page that sends its form by itself.
    package static let submitScript = PackageResources.submit_js
    /// The icon of all pages, an SVG.
    package static let icon = PackageResources.martlet_svg
}
