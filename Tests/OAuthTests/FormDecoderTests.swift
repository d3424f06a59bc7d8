import JOSE
import Testing

@testable import OAuth

/// `application/x-www-form-urlencoded` (WHATWG URL §5.1, RFC 6749 appendix B).
struct FormDecoderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let form: String
        let pairs: [[String]]
        var testDescription: String { form }

        init(_ form: String, _ pairs: [[String]]) { (self.form, self.pairs) = (form, pairs) }
    }

    @Test(arguments: [
        Case("", []), Case("&", []), Case("&&&", []),
        Case("a=b", [["a", "b"]]), Case("a", [["a", ""]]), Case("a=", [["a", ""]]), Case("=b", [["", "b"]]),
        Case("=", [["", ""]]), Case("a=b&", [["a", "b"]]), Case("&a=b", [["a", "b"]]),
        Case("a=b&&c=d", [["a", "b"], ["c", "d"]]), Case("a=b=c", [["a", "b=c"]]), Case("a==", [["a", "="]]),
        Case("a=1&a=2", [["a", "1"], ["a", "2"]]), Case("a+b=c+d", [["a b", "c d"]]),
        Case("a%20b=c%20d", [["a b", "c d"]]), Case("a=%2B", [["a", "+"]]), Case("a=%26%3D", [["a", "&="]]),
        Case("%61=%62", [["a", "b"]]), Case("a=%c3%a9&b=%C3%A9", [["a", "é"], ["b", "é"]]),
        Case("a=é", [["a", "é"]]), Case("a=%F0%9F%90%A6", [["a", "🐦"]]), Case("a=%00", [["a", "\0"]]),
        Case("a=%EF%BB%BF", [["a", "\u{FEFF}"]]), Case("a;b=c", [["a;b", "c"]]), Case("a=b;c=d", [["a", "b;c=d"]]),
        Case("a=%2541", [["a", "%41"]]), Case("a=b\r\n", [["a", "b\r\n"]]),
        // RFC 6749 appendix B.
        Case("a=+%25%26%2B%C2%A3%E2%82%AC", [["a", " %&+£€"]]),
    ])
    func `a form is read as its pairs`(case form: Case) throws {
        let pairs = try FormDecoder.pairs(in: Array(form.form.utf8), limit: 64)
        #expect(pairs.map { [$0.0, $0.1] } == form.pairs)
    }

    @Test(arguments: ["%", "%4", "%4g", "%g4", "%%41", "%-1", "% 1", "%u0041", "%0x", "a%", "a%4"])
    func `a broken escape is refused, in a value and in a name`(escape: String) throws {
        for form in ["a=\(escape)", "\(escape)=a", "a=b&c=\(escape)&d=e"] {
            let error = #expect(throws: OAuthError.self) { try FormDecoder.pairs(in: Array(form.utf8), limit: 64) }
            #expect(error?.code == .invalidRequest)
            #expect(error?.failed.check == "form encoding")
            #expect(error?.failed.expected == "two hexadecimal digits after %")
        }
        #expect(throws: Never.self) { try FormDecoder.pairs(in: Array("a=%41".utf8), limit: 64) }
    }

    @Test(arguments: [
        "FF", "C3", "C328", "A0", "E282", "F09F90", "C080", "EDA080", "F4908080", "F880808080", "FEFF",
    ])
    func `bytes that are not UTF-8 are refused, escaped or not`(hexadecimal: String) throws {
        let bytes = stride(from: 0, to: hexadecimal.count, by: 2).map { index in
            UInt8(String(Array(hexadecimal)[index...(index + 1)]), radix: 16)!
        }
        let escaped = Array(bytes.map { "%" + String($0, radix: 16) }.joined().utf8)
        for value in [bytes, escaped] {
            let error = #expect(throws: OAuthError.self) {
                try FormDecoder.pairs(in: Array("a=".utf8) + value, limit: 64)
            }
            #expect(error?.code == .invalidRequest)
            #expect(error?.failed.expected == "UTF-8")
        }
    }

    @Test func `a form has at most as many pairs as the limit says, empty ones not counted`() throws {
        let full = (1...64).map { "p\($0)=1" }.joined(separator: "&&")
        #expect(try FormDecoder.pairs(in: Array(full.utf8), limit: 64).count == 64)
        let error = #expect(throws: OAuthError.self) {
            try FormDecoder.pairs(in: Array("\(full)&q=1".utf8), limit: 64)
        }
        #expect(error?.failed == FailedCheck("parameters", expected: "at most 64", seen: "65 or more"))
    }
}
