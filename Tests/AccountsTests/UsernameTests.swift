import Accounts
import Testing

struct UsernameTests {
    static let names: [(String, Bool)] = [
        ("a", true), ("Ada.Lovelace_1-2", true), ("Zoë", true), ("Привет", true),
        (String(repeating: "a", count: 64), true),
        ("", false), (String(repeating: "a", count: 65), false), ("a b", false), ("a@b", false), ("a\u{0}", false),
        ("a/b", false), ("😀", false), ("3f2b8c1e-0000-4000-8000-0123456789ab", false),
        ("3F2B8C1E-0000-4000-8000-0123456789AB", false),
    ]

    @Test(arguments: names)
    func `a username is letters, digits and a few marks, and no account's id`(name: String, isGood: Bool) {
        #expect((Username(name) != nil) == isGood)
    }

    @Test func `a username has one key, whatever its case and composition`() {
        #expect(Username("ZOE\u{308}")?.key.utf8.elementsEqual("zoë".utf8) == true)
        #expect(Username("ada")?.key != Username("adb")?.key)
    }

    @Test func `an identifier is read for what it can only be`() throws {
        #expect(AccountIdentifier("Ada@Example.org")?.key == "email ada@example.org")
        #expect(AccountIdentifier("Ada")?.key == "username ada")
        #expect(
            AccountIdentifier("3f2b8c1e-0000-4000-8000-0123456789ab")?.key == "id 3f2b8c1e-0000-4000-8000-0123456789ab"
        )
        for text in ["", "a@", "a b", "@"] { #expect(AccountIdentifier(text) == nil) }
    }
}
