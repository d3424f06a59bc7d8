import Cryptography
package import JOSE

/// The body of a call.
package enum TestBody: Sendable {
    case none
    case form(TestForm)
    case json(JSON)
    /// Any bytes under any content type, or none.
    case raw([UInt8], type: String?)

    /// The content type that goes with the body, or nil.
    package var contentType: String? {
        switch self {
        case .none: nil
        case .form: "application/x-www-form-urlencoded"
        case .json: "application/json"
        case .raw(_, let type): type
        }
    }

    package var bytes: [UInt8] {
        switch self {
        case .none: []
        case .form(let form): form.encoded
        case .json(let json): json.encoded()
        case .raw(let bytes, _): bytes
        }
    }
}

/// Form parameters in their order; a name may stand there twice.
package struct TestForm: Sendable, ExpressibleByDictionaryLiteral {
    package var pairs: [(String, String)]

    package init(dictionaryLiteral elements: (String, String)...) { pairs = elements }

    package static func + (left: TestForm, right: TestForm) -> TestForm {
        var sum = left
        sum.pairs += right.pairs
        return sum
    }

    /// This form without the parameters of these names.
    package func without(_ names: [String]) -> TestForm {
        var rest = self
        rest.pairs.removeAll { names.contains($0.0) }
        return rest
    }

    /// This form with one value for `name`.
    package func setting(_ name: String, to value: String) -> TestForm {
        var changed = without([name])
        changed.pairs.append((name, value))
        return changed
    }

    package var encoded: [UInt8] {
        Array(pairs.map { "\(Self.encode($0.0))=\(Self.encode($0.1))" }.joined(separator: "&").utf8)
    }

    /// One value as it stands in a form: all but unreserved characters as escapes.
    package static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = byte < 0x80 && (character.isLetter || character.isNumber || "-._~".contains(character))
            return isPlain ? String(character) : "%" + Hexadecimal.encode([byte])
        }.joined()
    }
}
