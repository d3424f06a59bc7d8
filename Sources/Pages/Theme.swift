import Mustache

/// How pages look and speak, where an operator wants it otherwise: own templates, a stylesheet after the house's, own words.
package struct Theme: Sendable {
    /// A stylesheet and the name that it is served under, which is another as soon as the bytes are others.
    package struct Stylesheet: Sendable {
        package let name: String
        package let bytes: [UInt8]
    }

    package let catalogues: Catalogues
    package let stylesheet: Stylesheet?
    /// By name; those of the house where there is no own one.
    let templates: [String: MustacheTemplate]

    /// The house's own look and words.
    package static let standard = BuiltIn.value { try Theme([:]) { _ in "" } }

    /// The most bytes of a stylesheet's name that `digest` gives.
    private static let digestLength = 16

    /// Reads `files` by their paths in the folder: `templates/NAME.mustache`, `catalogues/TAG.json`, `theme.css`. `digest` names bytes, in letters
    /// and digits. Throws `ThemeError` for the first file, in the order of paths, that cannot be used.
    package init(_ files: [String: [UInt8]], digest: ([UInt8]) -> String) throws(ThemeError) {
        var catalogues = Catalogues.installed
        var templates = Self.installed
        var stylesheet: Stylesheet?
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
            if let name = Self.name(path, in: "templates/", ".mustache") {
                guard Self.installed[name] != nil else {
                    let names = Self.installed.keys.sorted().joined(separator: ", ")
                    throw ThemeError(path, nil, "there is no template of this name: the names are \(names)")
                }
                templates[name] = try Self.template(bytes, path)
            } else if let tag = Self.name(path, in: "catalogues/", ".json") {
                guard Self.isTag(tag) else {
                    throw ThemeError(
                        path,
                        nil,
                        "a catalogue is named by the tag of its language, such as fr.json or pt-BR.json"
                    )
                }
                do throws(CatalogueError) {
                    try catalogues.read(tag, bytes)
                } catch {
                    throw ThemeError(path, error.line, error.reason)
                }
            } else if path == "theme.css" {
                stylesheet = Stylesheet(name: "theme-\(digest(bytes).prefix(Self.digestLength)).css", bytes: bytes)
            } else {
                throw ThemeError(path, nil, "nothing is read from here: \(Self.places)")
            }
        }
        (self.catalogues, self.templates, self.stylesheet) = (catalogues, templates, stylesheet)
    }

    /// What a folder of pages may hold, for people.
    package static let places =
        "templates are templates/NAME.mustache, catalogues are catalogues/TAG.json, the stylesheet is theme.css"

    /// Those in the binary.
    private static let installed: [String: MustacheTemplate] = [
        "layout": PackageResources.layout_mustache, "alert": PackageResources.alert_mustache,
        "panel": PackageResources.panel_mustache, "table": PackageResources.table_mustache,
        "cell": PackageResources.cell_mustache, "form": PackageResources.form_mustache,
        "field": PackageResources.field_mustache, "form-post": PackageResources.form_post_mustache,
        "languages": PackageResources.languages_mustache,
    ].mapValues { file in BuiltIn.value { try HTMLText.template(String(decoding: file, as: UTF8.self)) } }

    private static func name(_ path: String, in folder: String, _ ending: String) -> String? {
        guard path.hasPrefix(folder), path.hasSuffix(ending), path.utf8.count > folder.utf8.count + ending.utf8.count
        else {
            return nil
        }
        let name = path.dropFirst(folder.count).dropLast(ending.count)
        return name.contains("/") ? nil : String(name)
    }

    /// Whether it has the shape of a language tag (RFC 5646 §2.1), as far as anybody names a file by one.
    private static func isTag(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return (2...3).contains(parts[0].count)
            && parts.allSatisfy { part in
                (1...8).contains(part.utf8.count) && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            }
    }

    private static func template(_ bytes: [UInt8], _ path: String) throws(ThemeError) -> MustacheTemplate {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ThemeError(path, nil, "it is not text in UTF-8")
        }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            for part in line.split(separator: "{{>", omittingEmptySubsequences: false).dropFirst() {
                let name = part.prefix { $0 != "}" }.filter { $0 != " " }
                guard installed[name] != nil else {
                    throw ThemeError(path, index + 1, "there is no template \"\(name)\" to put here")
                }
            }
        }
        do {
            return try HTMLText.template(text)
        } catch let error as MustacheTemplate.ParserError {
            throw ThemeError(path, error.context.lineNumber - 1, "it is not a Mustache template: \(error.error)")
        } catch {
            throw ThemeError(path, nil, "it is not a Mustache template: \(error)")
        }
    }
}

/// A file of a theme that cannot be used.
package struct ThemeError: Error, Sendable, CustomStringConvertible {
    /// Below the folder.
    package let path: String
    /// The first is 1; nil where it is about the whole file.
    package let line: Int?
    package let reason: String

    init(_ path: String, _ line: Int?, _ reason: String) {
        (self.path, self.line, self.reason) = (path, line, reason)
    }

    package var description: String { "\(path)\(line.map { ", line \($0)" } ?? ""): \(reason)" }
}
