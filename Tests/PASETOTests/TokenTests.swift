import Cryptography
import Testing

@testable import PASETO

struct TokenTests {
    private let local: LocalKey
    private let signing: PrivateKey
    private let message = Array("{\"sid\":\"01\"}".utf8)

    init() throws {
        local = LocalKey(random: SystemRandom())
        signing = try .generate(.ed25519)
    }

    private func encrypted(_ message: [UInt8], footer: [UInt8] = [], assertion: [UInt8] = []) throws -> String {
        try LocalToken.encrypt(
            message,
            key: local,
            footer: footer,
            implicitAssertion: assertion,
            random: SystemRandom()
        )
    }

    @Test(arguments: [0, 1, 63, 64, 65, 1000])
    func `what goes in comes out, with and without footer and assertion`(length: Int) throws {
        let message = SystemRandom().bytes(length)
        for (footer, assertion) in [([], []), ([1, 2], []), ([], [3]), ([1, 2], [3])] as [([UInt8], [UInt8])] {
            let text = try encrypted(message, footer: footer, assertion: assertion)
            #expect(text.hasPrefix("v4.local."))
            let token = try LocalToken(parsing: text)
            #expect(token.footer == footer)
            #expect(try token.decrypt(with: local, implicitAssertion: assertion) == message)
            let signed = try PublicToken.sign(message, with: signing, footer: footer, implicitAssertion: assertion)
            #expect(signed.hasPrefix("v4.public."))
            let open = try PublicToken(parsing: signed)
            #expect(open.footer == footer)
            #expect(try open.verify(with: signing.publicKey, implicitAssertion: assertion) == message)
        }
    }

    @Test func `two tokens of one message differ`() throws {
        #expect(try encrypted(message) != encrypted(message))
    }

    @Test func `another key, assertion or footer is refused`() throws {
        let sealed = try encrypted(message, footer: [1], assertion: [2])
        let signed = try PublicToken.sign(message, with: signing, footer: [1], implicitAssertion: [2])
        let token = try LocalToken(parsing: sealed)
        let open = try PublicToken(parsing: signed)
        #expect(try token.decrypt(with: local, implicitAssertion: [2]) == message)
        #expect(try open.verify(with: signing.publicKey, implicitAssertion: [2]) == message)

        #expect(throws: PASETOError.rejected) {
            try token.decrypt(with: LocalKey(random: SystemRandom()), implicitAssertion: [2])
        }
        let foreign = try PrivateKey.generate(.ed25519).publicKey
        #expect(throws: PASETOError.rejected) { try open.verify(with: foreign, implicitAssertion: [2]) }
        for assertion: [UInt8] in [[], [3], [2, 0]] {
            #expect(throws: PASETOError.rejected) { try token.decrypt(with: local, implicitAssertion: assertion) }
            #expect(throws: PASETOError.rejected) {
                try open.verify(with: signing.publicKey, implicitAssertion: assertion)
            }
        }
        for footer in ["", ".Ag", ".AQA"] {
            let token = try LocalToken(parsing: sealed.dropLast(3) + footer)
            #expect(throws: PASETOError.rejected) { try token.decrypt(with: local, implicitAssertion: [2]) }
            let open = try PublicToken(parsing: signed.dropLast(3) + footer)
            #expect(throws: PASETOError.rejected) {
                try open.verify(with: signing.publicKey, implicitAssertion: [2])
            }
        }
    }

    @Test func `no changed character goes unnoticed`() throws {
        for (text, isLocal) in [
            (try encrypted(message, footer: [1, 2, 3]), true),
            (try PublicToken.sign(message, with: signing, footer: [1, 2, 3]), false),
        ] {
            var refused = 0
            for position in text.utf8.indices {
                var bytes = Array(text.utf8)
                let index = text.utf8.distance(from: text.utf8.startIndex, to: position)
                bytes[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                let changed = String(decoding: bytes, as: UTF8.self)
                let read =
                    isLocal
                    ? try? LocalToken(parsing: changed).decrypt(with: local)
                    : try? PublicToken(parsing: changed).verify(with: signing.publicKey)
                if read == nil { refused += 1 }
            }
            #expect(refused == text.utf8.count)
        }
    }

    @Test func `a shortened token is refused`() throws {
        let sealed = try encrypted(message)
        let signed = try PublicToken.sign(message, with: signing)
        for length in 0..<sealed.utf8.count {
            #expect(throws: PASETOError.self) {
                try LocalToken(parsing: String(sealed.prefix(length))).decrypt(with: local)
            }
        }
        for length in 0..<signed.utf8.count {
            #expect(throws: PASETOError.self) {
                try PublicToken(parsing: String(signed.prefix(length))).verify(with: signing.publicKey)
            }
        }
    }

    /// 64 zero bytes are the shortest payload of either purpose.
    @Test(arguments: [
        ("", PASETOError.foreignHeader), ("v4.local", .foreignHeader), ("v4.public.", .foreignHeader),
        ("V4.local.AAAA", .foreignHeader), (" v4.local.AAAA", .foreignHeader), ("v2.local.AAAA", .foreignHeader),
        ("v4.local.", .malformed), ("v4.local.AAAA", .malformed), ("v4.local..", .malformed),
        ("v4.local.\(zeros).", .malformed), ("v4.local..\(zeros)", .malformed),
        ("v4.local.\(zeros).AA.AA", .malformed), ("v4.local.\(zeros).AA.", .malformed),
        ("v4.local.\(zeros)=", .malformed), ("v4.local.\(zeros).AA==", .malformed),
        ("v4.local.\(zeros).AB", .malformed), ("v4.local.\(zeros).A", .malformed),
        ("v4.local.\(zeros)\n", .malformed), ("v4.local.\(zeros) ", .malformed), ("v4.local.+\(zeros)", .malformed),
        ("v4.local.\(zeros)é", .malformed),
    ])
    func `another form is refused`(text: String, error: PASETOError) throws {
        #expect(throws: error) { try LocalToken(parsing: text) }
        #expect(try LocalToken(parsing: "v4.local.\(TokenTests.zeros).AA").footer == [0])
    }

    private static let zeros = Base64URL.encode([UInt8](repeating: 0, count: 64))

    @Test func `one purpose never takes the other's tokens`() throws {
        let (sealed, signed) = (try encrypted(message), try PublicToken.sign(message, with: signing))
        #expect(throws: PASETOError.foreignHeader) { try LocalToken(parsing: signed) }
        #expect(throws: PASETOError.foreignHeader) { try PublicToken(parsing: sealed) }
        let renamed = "v4.public." + sealed.dropFirst(9)
        #expect(throws: PASETOError.rejected) {
            try PublicToken(parsing: renamed).verify(with: signing.publicKey)
        }
    }

    @Test func `16 KiB are taken and no more`() throws {
        let largest = [UInt8](repeating: 0x61, count: 12_217)
        let text = try encrypted(largest)
        #expect(text.utf8.count == maximumTokenSize)
        #expect(try LocalToken(parsing: text).decrypt(with: local) == largest)
        #expect(throws: PASETOError.tooLong) { try encrypted(largest + [0x61]) }
        #expect(throws: PASETOError.tooLong) { try encrypted(message, footer: largest) }
        #expect(throws: PASETOError.tooLong) { try PublicToken.sign(largest + largest, with: signing) }
        #expect(throws: PASETOError.tooLong) { try LocalToken(parsing: text + "A") }
        #expect(throws: PASETOError.tooLong) {
            try PublicToken(parsing: "v4.public." + String(repeating: "A", count: maximumTokenSize))
        }
    }

    @Test func `keys of another length or family are refused`() throws {
        for length in [0, 31, 33, 64] {
            #expect(throws: PASETOError.unsuitableKey) { try LocalKey([UInt8](repeating: 1, count: length)) }
        }
        let elliptic = try PrivateKey.generate(.ec(.p256))
        #expect(throws: PASETOError.unsuitableKey) { try PublicToken.sign(message, with: elliptic) }
        let open = try PublicToken(parsing: try PublicToken.sign(message, with: signing))
        #expect(throws: PASETOError.unsuitableKey) { try open.verify(with: elliptic.publicKey) }
    }

    @Test func `a key does not print itself`() throws {
        let key = try LocalKey([UInt8](repeating: 171, count: 32))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] { #expect(!text.contains("171"), "\(text)") }
    }

    /// The examples of the PASETO specification ("Common", PAE Definition).
    @Test func `the pre-authentication encoding`() {
        let zero = [UInt8](repeating: 0, count: 8)
        let one: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]
        #expect(PreAuthenticationEncoding.encode([]) == zero)
        #expect(PreAuthenticationEncoding.encode([[]]) == one + zero)
        #expect(
            PreAuthenticationEncoding.encode([Array("test".utf8)])
                == one + [4, 0, 0, 0, 0, 0, 0, 0] + Array("test".utf8)
        )
        let long = [UInt8](repeating: 7, count: 300)
        #expect(PreAuthenticationEncoding.encode([long]) == one + [44, 1, 0, 0, 0, 0, 0, 0] + long)
        #expect(PreAuthenticationEncoding.encode([[1], [2, 3]]) != PreAuthenticationEncoding.encode([[1, 2], [3]]))
    }
}
