import Mustache

/// Turns pages into HTML. All text is escaped.
package struct PageRenderer: Sendable {
    private let library: MustacheLibrary
    private let base: String
    private let theme: Theme

    /// The languages that it can say pages in.
    package var catalogues: Catalogues { theme.catalogues }

    /// A stylesheet to be served beside that of the house, if there is one.
    package var ownStylesheet: Theme.Stylesheet? { theme.stylesheet }

    /// `base` is the path under which pages and assets lie.
    package init(base: String, theme: Theme = .standard) {
        (self.base, self.theme) = (base, theme)
        library = MustacheLibrary(templates: theme.templates)
    }

    /// The HTML of `page` in `frame`, in the language of `catalogue`.
    package func html(_ page: Page, in frame: Frame = .bare, _ catalogue: Catalogue? = nil) -> String {
        let scene = Scene(base: base, catalogue: catalogue ?? catalogues.english)
        var model = model(scene)
        model["title"] = Self.title(of: page, in: frame, scene)
        model["heading"] = scene.words(page.heading)
        model["tone"] = page.tone.rawValue
        model["width"] = page.section == nil ? "narrow" : "wide"
        model["paragraphs"] = page.paragraphs.map(scene.words)
        model["hasLinks"] = !page.links.isEmpty
        model["links"] = page.links.map { $0.model(scene) }
        model["terms"] = page.terms.map { ["term": $0.term, "meaning": scene.words($0.meaning)] }
        model["panels"] = page.panels.map { $0.model(frame, scene) }
        if let next = page.next { model["next"] = next }
        if !frame.addresses.isEmpty { model["addresses"] = frame.addresses }
        if let alert = frame.alert { model["alert"] = alert.model(scene) }
        if let person = frame.person {
            let sections = Section.allCases.filter { $0 != .users || person.isAdministrator }
            model["person"] = [
                "name": person.name, "token": frame.formToken,
                "sections": sections.map { section in
                    [
                        "path": base + section.path, "label": scene.words(section.label),
                        "isCurrent": section == page.section,
                    ] as [String: Any]
                },
            ]
        }
        if let path = frame.path, catalogues.all.count > 1 { model["choice"] = choice(from: path, scene) }
        return library.render(model, withTemplate: "layout") ?? ""
    }

    /// A page that goes on by itself: a form that is sent to `action`, another site's, as soon as it is there (OAuth Form Post Response
    /// Mode). Without scripts it has a button.
    package func formPost(
        to action: String,
        _ parameters: [(name: String, value: String)],
        _ catalogue: Catalogue? = nil
    ) -> String {
        let scene = Scene(base: base, catalogue: catalogue ?? catalogues.english)
        var model = model(scene)
        model["title"] = scene.words(.titled(.backToApplication))
        model["action"] = action
        model["parameters"] = parameters.map { ["name": $0.name, "value": $0.value] }
        return library.render(model, withTemplate: "form-post") ?? ""
    }

    /// What every template can say.
    private func model(_ scene: Scene) -> [String: Any] {
        var model = scene.model
        if let stylesheet = theme.stylesheet { model["stylesheet"] = stylesheet.name }
        return model
    }

    /// What the form in the foot offers that asks for another language, and comes back to `path`.
    private func choice(from path: String, _ scene: Scene) -> [String: Any] {
        [
            "path": path,
            "languages": catalogues.all.map { catalogue in
                [
                    "tag": catalogue.language, "name": catalogue.name,
                    "isCurrent": catalogue.language == scene.catalogue.language,
                ] as [String: Any]
            },
        ]
    }

    /// Says first what happened, since that is what is read aloud first.
    private static func title(of page: Page, in frame: Frame, _ scene: Scene) -> String {
        guard let alert = frame.alert else { return scene.words(page.title) }
        guard alert.isError else { return "\(scene.words(alert.text)) \(scene.words(page.title))" }
        return scene.words(Text(.errorTitle, [.page: page.title]))
    }

    /// The stylesheet of all pages.
    package static let stylesheet = PackageResources.martlet_css
    /// The script of the page that sends its form by itself.
    package static let submitScript = PackageResources.submit_js
    /// The icon of all pages, an SVG.
    package static let icon = PackageResources.martlet_svg
}

/// What all of a page is rendered with: under which path it lies, and in which language.
struct Scene {
    let base: String
    let catalogue: Catalogue

    func words(_ text: Text) -> String { text.words(in: catalogue) }

    /// What every template can say.
    var model: [String: Any] {
        let phrases: [Phrase] = [
            .house, .errorSign, .doneSign, .skip, .navigation, .signOut, .switchAccount, .backToApplication,
            .continueOn,
            .language,
            .changeLanguage,
        ]
        return [
            "base": base, "language": catalogue.language,
            "words": Dictionary(uniqueKeysWithValues: phrases.map { ($0.rawValue, words(Text($0))) }),
        ]
    }
}
