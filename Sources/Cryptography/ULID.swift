/// A 128-bit identifier whose order is the order of its making: 48 bits of Unix time in milliseconds, then 80 bits of
/// randomness, written as 26 characters of Crockford's base 32.
package struct ULID: Sendable, Hashable, Comparable, CustomStringConvertible {
    private static let alphabet: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        alphabet.withUTF8Buffer { for (value, byte) in $0.enumerated() { values[Int(byte)] = UInt8(value) } }
        return values
    }()

    private let high: UInt64
    private let low: UInt64

    /// An identifier of a given time. `random` is exactly 10 bytes; a time before 1970 or after 10889 is clamped.
    package init(milliseconds: Int64, random: [UInt8]) {
        precondition(random.count == 10, "a ULID takes 10 random bytes")
        let time = UInt64(min(max(milliseconds, 0), 0xFFFF_FFFF_FFFF))
        high = time << 16 | UInt64(random[0]) << 8 | UInt64(random[1])
        low = random[2...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// An identifier of a given time with 10 bytes drawn from `random`.
    package init(milliseconds: Int64, random: some RandomSource) {
        self.init(milliseconds: milliseconds, random: random.bytes(10))
    }

    /// Takes the 16 bytes of `bytes`, big-endian.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == 16, "a ULID has 16 bytes")
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads the canonical text: 26 uppercase characters, the first at most `7`; anything else gives nil, so that one
    /// identifier has one text.
    package init?(_ text: String) {
        var text = text
        let parts: (UInt64, UInt64)? = text.withUTF8 { characters in
            guard characters.count == 26, characters[0] <= UInt8(ascii: "7") else { return nil }
            var (high, low): (UInt64, UInt64) = (0, 0)
            for character in characters {
                let value = ULID.values[Int(character)]
                guard value < 32 else { return nil }
                high = high << 5 | low >> 59
                low = low << 5 | UInt64(value)
            }
            return (high, low)
        }
        guard let parts else { return nil }
        (high, low) = parts
    }

    /// The time of making, in milliseconds since 1970.
    package var milliseconds: Int64 { Int64(high >> 16) }

    /// The 16 bytes, big-endian.
    package var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - $0 % 8 * 8)) }
    }

    /// The 26 characters; they sort as the identifiers do.
    package var string: String {
        String(unsafeUninitializedCapacity: 26) { target in
            var (high, low) = (high, low)
            for index in (0..<26).reversed() {
                target[index] = ULID.alphabet.utf8Start[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            return 26
        }
    }

    package var description: String { string }

    package static func < (left: ULID, right: ULID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
