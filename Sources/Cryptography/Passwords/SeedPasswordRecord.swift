/// A password as the user-management seed stores it: `hash` and `salt`, 64 bytes each in hexadecimal. Its text is
/// `$seed-scrypt$salt$hash` or `$seed-pbkdf2-sha512$i=<iterations>$salt$hash`.
package struct SeedPasswordRecord: Sendable, Equatable {
    /// How the hash was made; the seed does not say, so an import names it.
    package enum Derivation: Sendable, Hashable {
        /// scrypt with Node's defaults: N = 16384, r = 8, p = 1.
        case scrypt
        /// PBKDF2 with HMAC-SHA-512; 1 to 1,000,000 iterations.
        case pbkdf2SHA512(iterations: Int)
    }

    private static let hashSize = 64
    private static let iterationBounds = 1...1_000_000

    private let derivation: Derivation
    /// As it was stored: the seed derives from the salt's text, not from the bytes that it spells, so case counts.
    private let salt: String
    private let hash: [UInt8]

    /// A record of the seed's two fields. Throws `invalidLength` unless each is 64 bytes of hexadecimal and the
    /// iterations are in bounds.
    package init(hash: String, salt: String, derivation: Derivation) throws(CryptographyError) {
        guard let bytes = Hexadecimal.decode(hash), bytes.count == SeedPasswordRecord.hashSize,
            Hexadecimal.decode(salt)?.count == SeedPasswordRecord.hashSize
        else { throw CryptographyError(.invalidLength, "hash and salt are 64 bytes in hexadecimal") }
        if case .pbkdf2SHA512(let iterations) = derivation, !(SeedPasswordRecord.iterationBounds ~= iterations) {
            throw CryptographyError(.invalidLength, "1 to 1,000,000 iterations")
        }
        (self.hash, self.salt, self.derivation) = (bytes, salt, derivation)
    }

    /// The text to store, which `PasswordHash.verify` takes.
    package var text: String {
        let name =
            switch derivation {
            case .scrypt: "$seed-scrypt"
            case .pbkdf2SHA512(let iterations): "$seed-pbkdf2-sha512$i=\(iterations)"
            }
        return "\(name)$\(salt)$\(Hexadecimal.encode(hash))"
    }

    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].isEmpty else { return nil }
        let derivation: Derivation
        switch (parts[1], parts.count) {
        case ("seed-scrypt", 4): derivation = .scrypt
        case ("seed-pbkdf2-sha512", 5):
            let bounds = SeedPasswordRecord.iterationBounds
            guard let iterations = PasswordRecord.number(parts[2], after: "i=", in: bounds) else { return nil }
            derivation = .pbkdf2SHA512(iterations: iterations)
        default: return nil
        }
        let (salt, hash) = (String(parts[parts.count - 2]), String(parts[parts.count - 1]))
        guard let record = try? SeedPasswordRecord(hash: hash, salt: salt, derivation: derivation) else { return nil }
        self = record
    }

    /// Whether a password is the record's. One that ends in a zero byte never is, because HMAC, on which both derivations
    /// rest, pads short passwords with such bytes; it costs the same nevertheless.
    func matches(_ password: [UInt8]) throws(CryptographyError) -> Bool {
        let (salt, size) = (Array(salt.utf8), SeedPasswordRecord.hashSize)
        var made: [UInt8]
        switch derivation {
        case .scrypt:
            made = try KeyDerivation.scrypt(password, salt: salt, cost: (n: 16_384, r: 8, p: 1), size: size)
        case .pbkdf2SHA512(let iterations):
            made = try KeyDerivation.pbkdf2SHA512(password, salt: salt, iterations: iterations, size: size)
        }
        defer { wipe(&made) }
        return constantTimeEqual(made, hash) && password.last != 0
    }
}
