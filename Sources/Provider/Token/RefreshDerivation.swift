import Cryptography

/// Makes the successor of a refresh token from the token itself, under a key of the server: a retry gets the same one though
/// no store keeps it, and who holds a token cannot tell those that follow.
struct RefreshDerivation: Sendable {
    private let key: [UInt8]

    /// `key` is 32 bytes.
    init(key: [UInt8]) {
        self.key = key
    }

    /// The token that follows `presented` under the id `id`.
    func successor(of presented: RefreshToken, id: ULID) -> RefreshToken {
        // Three parts of fixed lengths: no two triples give one message.
        let code = HMAC.code(id.bytes + presented.id.bytes + presented.secret, key: key, using: .sha512)
        return RefreshToken(id: id, secret: Array(code.prefix(RefreshToken.secretSize)))
    }
}
