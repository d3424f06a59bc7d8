/// Something that a page says, in the language of whoever reads it.
package indirect enum Text: Sendable, Equatable {
    /// The same in every language: names, addresses, times, the errors of protocols.
    case verbatim(String)
    case phrase(Phrase, [Placeholder: Text])
    /// One after the other, with `separator` between.
    case list([Text], separator: String)

    package init(_ phrase: Phrase, _ values: [Placeholder: Text] = [:]) {
        self = .phrase(phrase, values)
    }

    /// A title, with the name of the house behind it.
    package static func titled(_ page: Text) -> Text { Text(.titled, [.page: page]) }

    package static func titled(_ phrase: Phrase) -> Text { titled(Text(phrase)) }

    package static func number(_ value: some BinaryInteger) -> Text { .verbatim("\(value)") }

    package func words(in catalogue: Catalogue) -> String {
        switch self {
        case .verbatim(let text): text
        case .phrase(let phrase, let values): catalogue[phrase].words { values[$0]?.words(in: catalogue) }
        case .list(let parts, let separator): parts.map { $0.words(in: catalogue) }.joined(separator: separator)
        }
    }
}
