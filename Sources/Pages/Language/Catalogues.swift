/// The languages that pages can be read in.
package struct Catalogues: Sendable {
    /// English first, the others by their tags.
    package private(set) var all: [Catalogue]

    package var english: Catalogue { all[0] }

    /// The tags, for people and programs to choose from.
    package var languages: [String] { all.map(\.language) }

    /// Those in the binary. They are whole: a test says so.
    package static let installed = BuiltIn.value { try Catalogues() }

    private init() throws(CatalogueError) {
        let english = try Catalogue("en", PackageResources.en_json, over: nil)
        all = [english]
        try read("de", PackageResources.de_json)
        try read("es", PackageResources.es_json)
        try read("zh", PackageResources.zh_json)
    }

    /// Reads a file of words for a language: a further one, or other words for one that is there. Throws `CatalogueError`.
    package mutating func read(_ language: String, _ file: [UInt8]) throws(CatalogueError) {
        let index = all.firstIndex { $0.language == language }
        let catalogue = try Catalogue(language, file, over: index.map { all[$0] } ?? english)
        if let index { all[index] = catalogue } else { all.append(catalogue) }
        all = [all[0]] + all.dropFirst().sorted { $0.language < $1.language }
    }

    /// The catalogue that fits `tag` (RFC 4647 §3.4): its own, or that of a shorter one. nil where there is none.
    package func catalogue(for tag: some StringProtocol) -> Catalogue? {
        var parts = tag.lowercased().split(separator: "-", omittingEmptySubsequences: false)
        while !parts.isEmpty {
            let name = parts.joined(separator: "-")
            if let found = all.first(where: { $0.language.lowercased() == name }) { return found }
            parts.removeLast()
            // A letter alone begins an extension, and goes with it.
            if parts.last?.count == 1 { parts.removeLast() }
        }
        return nil
    }

    /// The first of `tags` that there is a catalogue for.
    package func catalogue(for tags: [String]) -> Catalogue? {
        tags.lazy.compactMap { catalogue(for: $0) }.first
    }
}
