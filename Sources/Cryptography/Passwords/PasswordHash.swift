/// How passwords are kept and checked: Argon2id (RFC 9106) for what is written, and the kinds of imported records for
/// what is read.
///
/// Every call occupies a core for some 20 ms and Argon2id's memory besides; the caller bounds how many run at once.
package struct PasswordHash: Sendable {
    /// What a check found.
    package enum Verdict: Sendable, Hashable {
        case wrong
        case right
        /// The password is right, and its record is to be replaced by a fresh one.
        case rightButOutdated
    }

    /// The longest password in bytes.
    package static let maximumBytes = 512
    /// The longest password in code points.
    package static let maximumCharacters = 128

    /// What new records cost.
    package let parameters: Argon2idParameters
    private let random: any RandomSource

    package init(parameters: Argon2idParameters = .recommended, random: any RandomSource) {
        self.parameters = parameters
        self.random = random
    }

    /// Whether a password is short enough: at most `maximumBytes` bytes and `maximumCharacters` code points of UTF-8.
    package static func fits(_ password: [UInt8]) -> Bool {
        let codePoints = password.count { $0 & 0xC0 != 0x80 }
        return password.count <= maximumBytes && codePoints <= maximumCharacters
    }

    /// Whether a text is a record that `verify` can check; an import refuses others.
    package static func recognises(_ record: String) -> Bool { PasswordRecord(record) != nil }

    /// A fresh record of a password (UTF-8, normalised by the caller): `$argon2id$v=19$m=…,t=…,p=1$salt$tag`. Throws
    /// `invalidLength` for a password that does not fit, `generationFailed` when memory is short.
    package func record(of password: [UInt8]) throws(CryptographyError) -> String {
        guard PasswordHash.fits(password) else { throw CryptographyError(.invalidLength, "a password too long") }
        return try Argon2id.record(of: password, salt: random.bytes(Argon2id.saltSize), parameters: parameters)
    }

    /// Checks a password against a record. For an account that does not exist `record` is nil; that, and a text that
    /// is no record, costs what a current record costs. A password that does not fit is wrong at once, whatever the
    /// record. Throws `generationFailed` when memory is short, which says nothing about the password.
    package func verify(_ password: [UInt8], against record: String?) throws(CryptographyError) -> Verdict {
        guard PasswordHash.fits(password) else { return .wrong }
        switch record.flatMap(PasswordRecord.init) {
        case .argon2id(let record):
            guard try record.matches(password) else { return .wrong }
            return record.isWeaker(than: parameters) ? .rightButOutdated : .right
        case .bcrypt(let record):
            return try record.matches(password) ? .rightButOutdated : .wrong
        case .seed(let record):
            return try record.matches(password) ? .rightButOutdated : .wrong
        case nil:
            _ = try Argon2idRecord.nobodys(parameters).matches(password)
            return .wrong
        }
    }
}
