@testable import Accounts
import Testing

struct PasswordTests {
    static let new: [(String, PasswordRule?)] = [
        ("1234567", .tooShort), ("", .tooShort), ("xk9-plum", nil), ("plum tart", nil),
        (String(repeating: "ab", count: 64), nil), (String(repeating: "ab", count: 64) + "c", .tooLong),
        (String(repeating: "😀x", count: 64), nil), (String(repeating: "a", count: 1_000_000), .tooLong),
        ("Password1", .tooCommon), ("QWERTYUIOP", .tooCommon), ("zzzzzzzzzzzz", .tooCommon), ("iloveyou", .tooCommon),
        ("e\u{301}e\u{301}e\u{301}e\u{301}", .tooShort), ("a\u{0}bcdefgh", nil),
    ]

    @Test(arguments: new.indices)
    func `a new password keeps the rules`(index: Int) {
        let (text, broken) = Self.new[index]
        if let broken {
            #expect(throws: broken) { try Password(new: text) }
        } else {
            #expect(throws: Never.self) { try Password(new: text) }
        }
    }

    static let typed: [(String, Bool)] = [
        ("", false), ("a", true), ("password", true), (String(repeating: "x", count: 128), true),
        (String(repeating: "x", count: 129), false), (String(repeating: "😀", count: 128), true),
        (String(repeating: "e\u{301}", count: 128), true), (String(repeating: "e\u{301}", count: 129), false),
        (String(repeating: "👩‍👩‍👧‍👧", count: 20), false),
    ]

    @Test(arguments: typed.indices)
    func `a typed password may be any that can have been set`(index: Int) {
        #expect((Password(typed: Self.typed[index].0) != nil) == Self.typed[index].1)
    }

    @Test func `composed and decomposed are one password, another letter is another`() throws {
        let composed = try #require(Password(typed: "caf\u{E9} au lait"))
        #expect(Password(typed: "cafe\u{301} au lait")?.bytes == composed.bytes)
        #expect(Password(typed: "cafe au lait")?.bytes != composed.bytes)
        #expect(Password(typed: "Caf\u{E9} au lait")?.bytes != composed.bytes)
    }

    @Test func `every common password is written as it is compared and long enough to be chosen`() {
        #expect(GuessedPasswords.list.count > 300)
        for password in GuessedPasswords.list {
            #expect(password == password.lowercased().nfc && password.unicodeScalars.count >= Password.minimum)
        }
    }
}
