@testable import Pages

/// Tests say what they like, in any language.
extension Text: ExpressibleByStringInterpolation {
    package init(stringLiteral text: String) { self = .verbatim(text) }
}

func english(_ text: Text) -> String { text.words(in: Catalogues.installed.english) }
