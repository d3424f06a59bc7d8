import Testing

@testable import Cryptography

struct EncodingTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `RFC 4648 §10 without padding`(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
        var appended: [UInt8] = [0x2E]
        Base64URL.append(Array(plain.utf8), to: &appended)
        #expect(String(decoding: appended, as: UTF8.self) == "." + text)
        #expect(Base64URL.encodedCount(plain.utf8.count) == text.utf8.count)
    }

    @Test func `every byte and length comes back`() {
        for length in 0..<260 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) }
            let text = Base64URL.encode(bytes)
            #expect(Base64URL.decode(text) == bytes)
            #expect(Base64URL.decode("x\(text)".dropFirst()) == bytes)
            #expect(Base64URL.decode(Array("..\(text)".utf8)[2...]) == bytes)
            #expect(Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
        }
        #expect(Base64URL.encode([0xFB, 0xFF, 0xBF]) == "-_-_")
    }

    @Test(arguments: [
        "Z", "Zg=", "Zg==", "Zm9vYg==", "Zm9=", "Zh", "Zm9", "Zm9vZ", "Zm 9", "Zm9v\n", " Zm9v", "Zm+v", "Zm/v", "Zm.v",
        "Zmé", "Zm9v\0", "____-", "=",
    ])
    func `texts that are not canonical base64url are refused`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func `exactly the alphabet is decoded`() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for byte in UInt8.min...UInt8.max {
            for place in 0..<4 {
                var text = Array("AAAA".utf8)
                text[place] = byte
                #expect((Base64URL.decode(text[...]) != nil) == alphabet.contains(byte))
            }
        }
    }

    @Test func `hexadecimal is written in lowercase and read in either case`() {
        #expect(Hexadecimal.encode([0, 0x9F, 0xAB]) == "009fab")
        #expect(Hexadecimal.decode("009FaB") == [0, 0x9F, 0xAB])
        for text in ["0", "0g", "00 ", "é0", "0x00"] { #expect(Hexadecimal.decode(text) == nil) }
    }
}

struct IdentifierTests {
    @Test func `a ULID is time, then randomness`() throws {
        // The example of the ULID specification: its time part is 01ARYZ6S41.
        let id = ULID(milliseconds: 1_469_918_176_385, random: [UInt8](repeating: 0xFF, count: 10))
        #expect(id.string == "01ARYZ6S41ZZZZZZZZZZZZZZZZ")
        #expect(id.milliseconds == 1_469_918_176_385)
        #expect(ULID(id.string) == id)
        #expect(Array(id.bytes.suffix(10)) == [UInt8](repeating: 0xFF, count: 10))
    }

    @Test func `ULIDs and their texts sort by time`() {
        let ids = (0..<200).map { ULID(milliseconds: Int64($0) << 20, random: SystemRandom()) }
        #expect(ids == ids.sorted())
        #expect(ids.map(\.string) == ids.map(\.string).sorted())
        #expect(ids.allSatisfy { ULID($0.string) == $0 })
        #expect(ULID(milliseconds: -1, random: [UInt8](repeating: 0, count: 10)).milliseconds == 0)
    }

    @Test(arguments: [
        "", "01ARYZ6S41ZZZZZZZZZZZZZZZ", "01ARYZ6S41ZZZZZZZZZZZZZZZZZ", "81ARYZ6S41ZZZZZZZZZZZZZZZZ",
        "01aryz6s41zzzzzzzzzzzzzzzz", "01ARYZ6S41ZZZZZZZZZZZZZZZI", "01ARYZ6S41ZZZZZZZZZZZZZZZ-",
        "01ARYZ6S41ZZZZZZZZZZZZZZé",
    ])
    func `no other text is a ULID`(text: String) {
        #expect(ULID(text) == nil)
    }

    @Test func `the greatest ULID fits`() throws {
        let id = try #require(ULID("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"))
        #expect(id.milliseconds == 0xFFFF_FFFF_FFFF)
        #expect(id.string == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
    }

    @Test func `a UUID carries its version and variant`() {
        #expect(UUIDv4(random: [UInt8](repeating: 0, count: 16)).string == "00000000-0000-4000-8000-000000000000")
        #expect(UUIDv4(random: [UInt8](repeating: 255, count: 16)).string == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        let made = UUIDv4(random: SystemRandom())
        #expect(UUIDv4(made.string) == made)
        #expect(made != UUIDv4(random: SystemRandom()))
    }

    @Test(arguments: [
        "", "00000000-0000-1000-8000-000000000000", "00000000-0000-4000-7000-000000000000",
        "FFFFFFFF-ffff-4fff-bfff-ffffffffffff", "ffffffffffff4fffbfffffffffffffff",
        "ffffffff-ffff-4fff-bfff-fffffffffffff", "{fffffff-ffff-4fff-bfff-ffffffffffff",
    ])
    func `no other text is a UUID of version 4`(text: String) {
        #expect(UUIDv4(text) == nil)
    }

    @Test func `system randomness has the asked length and does not repeat`() {
        #expect(SystemRandom().bytes(0).isEmpty)
        let draws = (0..<100).map { _ in SystemRandom().bytes(16) }
        #expect(draws.allSatisfy { $0.count == 16 })
        #expect(Set(draws).count == 100)
    }
}
