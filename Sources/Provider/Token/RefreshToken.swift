package import Cryptography
package import JOSE

/// A refresh token: the id of its row and a 48-byte secret, 64 bytes together, in hexadecimal (RFC 6749 §1.5, the user-management seed).
package struct RefreshToken: Sendable {
    /// A ULID, as its 16 bytes.
    package let id: ULID
    package let secret: [UInt8]

    /// In bytes.
    static let secretSize = 48

    /// A new token, or the successor of another: `secret` has 48 bytes.
    package init(id: ULID, secret: [UInt8]) {
        precondition(secret.count == Self.secretSize, "a refresh secret has 48 bytes")
        self.id = id
        self.secret = secret
    }

    /// Reads what a client sent; nil when it has another form.
    package init?(_ text: String) {
        guard text.utf8.count == 128, let bytes = Hexadecimal.decode(text), bytes.count == 64 else { return nil }
        id = ULID(bytes: Array(bytes[..<16]))
        secret = Array(bytes[16...])
    }

    /// 128 hexadecimal characters.
    package var text: String { Hexadecimal.encode(id.bytes + secret) }

    /// What a store keeps of it.
    package var digest: [UInt8] { Hash.digest(secret) }
}

/// Keeps refresh tokens by their digest; a rotation is one transaction.
package protocol RefreshTokenStore: Sendable {
    /// Files the first token of a session.
    func insert(_ id: ULID, digest: [UInt8], session: Session.ID, expiry: Timestamp) async throws

    /// The live session that a token belongs to, used or not; nil when it is unknown, expired, or has another secret. Takes nothing.
    func session(of presented: RefreshToken, at now: Timestamp) async throws -> LiveSession?

    /// Takes `presented` and files its successor, or says why not. A token that was taken before ends its session, unless that was
    /// within `grace` seconds and its successor was not used: then the answer is that successor.
    func rotate(_ presented: RefreshToken, to successor: RefreshSuccessor, grace: Int64, at now: Timestamp) async throws
        -> Rotation
}

/// The token that follows a presented one: derived from it, so that a retry gets the same and no store keeps it.
package struct RefreshSuccessor: Sendable {
    package let id: ULID
    package let digest: [UInt8]
    package let expiry: Timestamp

    package init(id: ULID, digest: [UInt8], expiry: Timestamp) {
        self.id = id
        self.digest = digest
        self.expiry = expiry
    }
}

/// What became of a refresh token that a client presented.
package enum Rotation: Sendable {
    /// The successor with this id is the good one: the one offered, or the one of the first call within the grace.
    case rotated(successor: ULID, LiveSession)
    /// Unknown, expired, of a session that is over, or with a wrong secret.
    case invalid
    /// Taken before, too long ago: its session was ended.
    case reused(LiveSession?)
}
