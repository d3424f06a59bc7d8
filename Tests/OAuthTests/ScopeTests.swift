import JOSE
import OAuth
import Testing

/// RFC 6749 §3.3.
struct ScopeTests {
    @Test(arguments: [
        ("", []), (" ", []), ("a", ["a"]), ("a b", ["a", "b"]), ("b a", ["b", "a"]), (" a  b ", ["a", "b"]),
        ("a b a", ["a", "b"]), ("a A", ["a", "A"]),
        ("a b c d e f g a", ["a", "b", "c", "d", "e", "f", "g"]),
        ("a b c d e f g h a", ["a", "b", "c", "d", "e", "f", "g", "h"]),
        ("jobs:read https://api.example/x!", ["jobs:read", "https://api.example/x!"]),
        ("!#$%&'()*+,-./:;<=>?@[]^_`{|}~", ["!#$%&'()*+,-./:;<=>?@[]^_`{|}~"]),
    ])
    func `a scope is its tokens in their order, each once`(text: String, tokens: [String]) throws {
        let scope = try Scope(text)
        #expect(scope.tokens == tokens)
        #expect(scope.description == tokens.joined(separator: " "))
        #expect(scope.isEmpty == tokens.isEmpty)
    }

    @Test(arguments: ["\"", "\\", "\t", "\n", "\r\n", "\0", "\u{7F}", "é", "a\u{A0}b", "🐦", "\u{FEFF}a"])
    func `characters outside the grammar are refused`(character: String) throws {
        for text in [character, "a\(character)b", "a \(character)"] {
            let error = #expect(throws: OAuthError.self) { try Scope(text) }
            #expect(error?.code == .invalidScope)
            #expect(error?.failed.check == "scope")
        }
    }

    @Test func `a scope has at most 4096 bytes`() throws {
        #expect(try Scope(String(repeating: "a", count: 4096)).tokens.count == 1)
        let error = #expect(throws: OAuthError.self) { try Scope(String(repeating: "a ", count: 2049)) }
        #expect(error?.code == .invalidScope)
        #expect(error?.failed.seen == "4098 bytes")
    }

    @Test(arguments: [
        ("a b c", "c a", "a c"), ("a", "b", ""), ("", "a", ""), ("a", "", ""), ("a b", "a b c", "a b"),
        ("read", "reader", ""), ("Read", "read", ""),
    ])
    func `narrowing keeps what both hold, in the order that was asked`(asked: String, allowed: String, kept: String)
        throws
    {
        #expect(try Scope(asked).narrowed(to: Scope(allowed)).description == kept)
    }
}
