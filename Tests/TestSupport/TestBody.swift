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
        var output: [UInt8] = []
        for (index, pair) in pairs.enumerated() {
            if index > 0 { output.append(UInt8(ascii: "&")) }
            Self.append(pair.0, to: &output)
            output.append(UInt8(ascii: "="))
            Self.append(pair.1, to: &output)
        }
        return output
    }

    /// One value as it stands in a form: all but unreserved characters as escapes.
    package static func encode(_ text: String) -> String {
        var output: [UInt8] = []
        append(text, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private static let unreserved = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)

    private static func append(_ text: String, to output: inout [UInt8]) {
        for byte in text.utf8 {
            if unreserved.contains(byte) {
                output.append(byte)
            } else {
                output.append(contentsOf: "%".utf8)
                output.append(contentsOf: Hexadecimal.encode([byte]).utf8)
            }
        }
    }
}
