/// The words of a phrase in one language, with places for values in braces: `Allow {name}?`.
struct Wording: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case words(Substring)
        case place(Placeholder)
    }

    private let parts: [Part]

    /// Throws `UnreadableWording` where braces do not enclose the name of a placeholder.
    init(_ text: String) throws(UnreadableWording) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}"),
                let place = Placeholder(rawValue: String(rest[rest.index(after: open)..<close]))
            else { throw UnreadableWording() }
            if open > rest.startIndex { parts.append(.words(rest[..<open])) }
            parts.append(.place(place))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.words(rest)) }
        self.parts = parts
    }

    var placeholders: Set<Placeholder> {
        Set(parts.compactMap { if case .place(let place) = $0 { place } else { nil } })
    }

    /// The words with the values in their places. A value that is not there is a fault of the page that says the phrase.
    func words(_ value: (Placeholder) -> String?) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .words(let words): text += words
            case .place(let place):
                let value = value(place)
                assert(value != nil, "no value for {\(place)}")
                text += value ?? ""
            }
        }
        return text
    }
}

/// Braces that enclose no placeholder.
struct UnreadableWording: Error {}
