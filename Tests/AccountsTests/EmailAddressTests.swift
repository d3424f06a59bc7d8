import Accounts
import Testing

/// RFC 5321 §4.1.2, without quoted local parts and address literals.
struct EmailAddressTests {
    @Test(arguments: [
        ("a@b.example", "a@b.example"), ("Alice@Example.ORG", "Alice@example.org"), ("a.b@c.example", "a.b@c.example"),
        ("a+tag@b.example", "a+tag@b.example"), ("!#$%&'*+-/=?^_`{|}~@b.example", "!#$%&'*+-/=?^_`{|}~@b.example"),
        ("1@2.example", "1@2.example"), ("root@localhost", "root@localhost"), ("a@b-c.example", "a@b-c.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        (String(repeating: "x", count: 64) + "@b.example", String(repeating: "x", count: 64) + "@b.example"),
    ])
    func `an address keeps its local part and has its domain in lower case`(text: String, written: String) throws {
        let address = try #require(EmailAddress(text))
        #expect(address.description == written)
        #expect(address.key == written.lowercased())
    }

    @Test(arguments: [
        "", "@", "a", "a@", "@b.example", "a@b", "a@b.", "a@.b", "a@b..example", ".a@b.example", "a.@b.example",
        "a..b@b.example", "a b@c.example", "a@b c.example", "\"a b\"@c.example", "a@[127.0.0.1]", "a@127.0.0.1",
        "a@-b.example", "a@b-.example", "a@b_c.example", "a@@b.example", "a@b@c.example", "é@b.example",
        "a@bücher.example", "a@b.example\n", "a@b.example\r\nBcc: c@d.example", "a\0@b.example", "a,b@c.example",
        "Alice <a@b.example>", "a@b.example ", String(repeating: "x", count: 65) + "@b.example",
        "a@" + String(repeating: "x", count: 64) + ".example",
        "a@" + String(repeating: "x.", count: 130) + "example",
    ])
    func `what mail cannot be sent to is no address`(text: String) {
        #expect(EmailAddress(text) == nil)
        #expect(EmailAddress("a@b.example") != nil)
    }
}
