import Testing

@testable import Cryptography

struct BcryptTests {
    private static let long =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored"

    /// Published answers of crypt_blowfish, and below them of PyPI's bcrypt.
    private static let answers: [(password: [UInt8], record: String)] = [
        (Array("U*U".utf8), "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        (Array("U*U*".utf8), "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        (Array("U*U*U".utf8), "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        ([], "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
        (Array(long.utf8), "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"),
        ([0xA3], "$2a$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"),
        ([0xA3], "$2b$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"),
        ([0xA3], "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"),
        (Array("grün und blau".utf8), "$2a$04$abcdefghijklmnopqrstuuetgp1m9bd6dU0RDW4CWauRfH2VFAG6i"),
        (Array("grün und blau".utf8), "$2b$04$abcdefghijklmnopqrstuuetgp1m9bd6dU0RDW4CWauRfH2VFAG6i"),
        (Array("grün und blau".utf8), "$2y$04$abcdefghijklmnopqrstuuetgp1m9bd6dU0RDW4CWauRfH2VFAG6i"),
    ]

    @Test(arguments: answers)
    func `known answers hold, and no other password`(password: [UInt8], record: String) throws {
        let record = try #require(BcryptRecord(record))
        #expect(try record.matches(password))
        #expect(try !record.matches([1] + password))
        #expect(try !record.matches(Array("another".utf8)))
    }

    @Test func `72 bytes count and no more`() throws {
        let record = try #require(BcryptRecord("$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"))
        let long = Array(BcryptTests.long.utf8)
        #expect(try record.matches(Array(long[..<72])))
        #expect(try record.matches(Array(long[..<72]) + Array("anything else".utf8)))
        #expect(try record.matches(Array(long[..<72]) + [UInt8](repeating: 0x61, count: 440)))
        #expect(try !record.matches(Array(long[..<71])))
        #expect(try !record.matches(Array(long[..<71]) + [0x21]))
    }

    /// The control is the same password without what follows its zero byte, which crypt would not see.
    @Test func `a password with a zero byte is never right`() throws {
        let record = try #require(BcryptRecord("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"))
        #expect(try record.matches(Array("U*U".utf8)))
        #expect(try !record.matches(Array("U*U\0".utf8)))
        #expect(try !record.matches(Array("U*U\0*".utf8)))
        let empty = try #require(BcryptRecord("$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"))
        #expect(try empty.matches([]))
        #expect(try !empty.matches([0]))
        let long = try #require(BcryptRecord("$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"))
        #expect(try !long.matches(Array(BcryptTests.long.utf8) + [0]))
    }

    /// `abc…tuv` ends in a salt character whose four low bits are set; the record is the one that ends in `tuu`.
    @Test func `unused bits of the salt do not count`() throws {
        let record = try #require(BcryptRecord("$2b$04$abcdefghijklmnopqrstuvetgp1m9bd6dU0RDW4CWauRfH2VFAG6i"))
        #expect(try record.matches(Array("grün und blau".utf8)))
        #expect(try !record.matches(Array("grün und grau".utf8)))
    }

    @Test(arguments: [
        "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e",
        "$2$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3ee",
        "$2a$5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$16$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$+5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe+",
        "$1$abcdefgh$abcdefghijklmnopqrstuv", "$6$abcdefgh$abcdefgh", "*0", "abJnggxhB/yWI",
    ])
    func `other texts are no records`(text: String) { #expect(!PasswordHash.recognises(text)) }
}
