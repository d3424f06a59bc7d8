/// A stored password, by the kind that its first characters name.
enum PasswordRecord {
    case argon2id(Argon2idRecord)
    case bcrypt(BcryptRecord)
    case seed(SeedPasswordRecord)

    /// Longer than any record that one of the kinds allows.
    private static let maximumSize = 512

    init?(_ text: String) {
        guard text.utf8.count <= PasswordRecord.maximumSize, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            return nil
        }
        if let record = Argon2idRecord(text) {
            self = .argon2id(record)
        } else if let record = BcryptRecord(text) {
            self = .bcrypt(record)
        } else if let record = SeedPasswordRecord(text) {
            self = .seed(record)
        } else {
            return nil
        }
    }

    /// The number behind a name in a record; nil unless it is written in digits without leading zeros and in bounds.
    static func number(_ text: Substring, after name: String, in bounds: ClosedRange<Int>) -> Int? {
        guard text.hasPrefix(name), let number = Int(text.dropFirst(name.count)), bounds ~= number else { return nil }
        return String(number) == text.dropFirst(name.count) ? number : nil
    }
}
