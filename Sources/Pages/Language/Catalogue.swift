import FoundationEssentials

/// What pages say in one language.
package struct Catalogue: Sendable {
    /// A language tag (BCP 47): `de`.
    package let language: String
    private let wordings: [Phrase: Wording]

    subscript(phrase: Phrase) -> Wording { wordings[phrase]! }

    /// What the language is called in the language.
    var name: String { Text(.languageName).words(in: self) }

    /// Reads `file`, a JSON object with words for phrases; what is not in it is said as in `base`, which is nil for a file that has all.
    /// Throws `CatalogueError` for what is no phrase, and for words that lack a placeholder or have one that is not the phrase's.
    package init(_ language: String, _ file: [UInt8], over base: Catalogue?) throws(CatalogueError) {
        guard let words = try? JSONDecoder().decode([String: String].self, from: Data(file)) else {
            throw CatalogueError(line: nil, "it must be a JSON object whose members are texts")
        }
        var wordings = base?.wordings ?? [:]
        for (name, text) in words.sorted(by: { $0.key < $1.key }) {
            guard let phrase = Phrase(rawValue: name) else {
                throw CatalogueError(of: name, in: file, "there is no phrase \"\(name)\"")
            }
            let places = base?[phrase].placeholders
            guard let wording = try? Wording(text), places == nil || wording.placeholders == places else {
                let list = (places ?? []).map { "{\($0)}" }.sorted().joined(separator: ", ")
                throw CatalogueError(
                    of: name,
                    in: file,
                    "\"\(name)\" must have \(list.isEmpty ? "no placeholder" : list), and no other braces"
                )
            }
            wordings[phrase] = wording
        }
        if let missing = Phrase.allCases.first(where: { wordings[$0] == nil }) {
            throw CatalogueError(line: nil, "\"\(missing)\" is missing")
        }
        (self.language, self.wordings) = (language, wordings)
    }
}

/// Why a catalogue cannot be used.
package struct CatalogueError: Error, Sendable {
    /// The first is 1; nil where it is about the whole file.
    package let line: Int?
    package let reason: String

    init(line: Int?, _ reason: String) {
        (self.line, self.reason) = (line, reason)
    }

    fileprivate init(of name: String, in file: [UInt8], _ reason: String) {
        let text = String(decoding: file, as: UTF8.self)
        let start = text.firstRange(of: "\"\(name)\"")?.lowerBound
        self.init(line: start.map { text[..<$0].count { $0.isNewline } + 1 }, reason)
    }
}
