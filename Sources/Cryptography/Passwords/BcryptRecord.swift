import CCrypt
import CSodium

/// A bcrypt record `$2a$`, `$2b$` or `$2y$`, for import only.
struct BcryptRecord {
    /// bcrypt takes no more bytes of a password than these.
    private static let significantBytes = 72
    /// Two to these powers rounds. The upper bound (a second and a half) keeps an imported record from holding a core
    /// for minutes.
    private static let costs = 4...15
    private static let size = 60
    /// Prefix, cost and salt; the tag follows.
    private static let settingSize = 29

    private let text: String

    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard text.utf8.count == BcryptRecord.size, parts.count == 4, parts[0].isEmpty,
            ["2a", "2b", "2y"].contains(parts[1]), parts[2].utf8.count == 2,
            parts[2].utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let cost = Int(parts[2]), BcryptRecord.costs ~= cost, parts[3].utf8.allSatisfy(BcryptRecord.isDigit)
        else { return nil }
        self.text = text
    }

    /// Whether a password is the record's, of which 72 bytes count. One with a zero byte never is, because bcrypt
    /// would stop reading there; it costs the same nevertheless.
    func matches(_ password: [UInt8]) throws(CryptographyError) -> Bool {
        var phrase = Array(password.prefix(BcryptRecord.significantBytes)) + [0]
        defer { wipe(&phrase) }
        guard let made = tag(of: phrase) else { throw CryptographyError(.generationFailed, "bcrypt") }
        let equal = constantTimeEqual(made, Array(text.utf8.dropFirst(BcryptRecord.settingSize)))
        return equal && !password.contains(0)
    }

    /// The tag's characters. The salt before it is left out of the comparison: its last character has four unused
    /// bits, which some makers set.
    private func tag(of phrase: [UInt8]) -> [UInt8]? {
        withUnsafeTemporaryAllocation(byteCount: CCrypt_data_size, alignment: 16) { area in
            area.initializeMemory(as: UInt8.self, repeating: 0)
            defer { sodium_memzero(area.baseAddress!, area.count) }
            let made = phrase.withCharacters { crypt_rn($0, text, area.baseAddress!, Int32(area.count)) }
            guard let made else { return nil }
            let characters = UnsafeBufferPointer(start: made, count: BcryptRecord.size)
            return characters[BcryptRecord.settingSize...].map { UInt8(bitPattern: $0) }
        }
    }

    private static func isDigit(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: ".")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
