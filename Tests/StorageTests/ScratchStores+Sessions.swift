import Accounts
import Cryptography
import JOSE
import Provider
import Storage

extension ScratchStores {
    /// Files a session of a person with one token and one refresh token; all follows from `number`.
    @discardableResult
    func begin(_ sign: SignIn) async throws -> Session {
        let session = sign.session
        try await stores.sessions.begin(session, tokens: [TokenRecord(id: sign.token, expiry: sign.expiry)])
        try await stores.refreshTokens.insert(
            sign.refresh.id,
            digest: sign.refresh.digest,
            session: session.id,
            expiry: sign.expiry
        )
        return session
    }

    /// Whether the session, its token and its refresh token are dead or alive; rotates the refresh token when it is alive.
    func life(of sign: SignIn, at now: Timestamp = Self.now) async throws -> Life {
        let rotation = try await stores.refreshTokens.rotate(sign.refresh, to: sign.successor, grace: 10, at: now)
        return Life(
            session: try stores.sessions.session(sign.id, at: now) != nil,
            token: try stores.sessions.session(ofToken: sign.token, at: now) != nil,
            refresh: rotation.successor != nil,
            isListed: try stores.sessions.sessions(of: sign.subject, at: now).contains { $0.id == sign.id }
        )
    }
}

extension Rotation {
    /// The good token's id; nil when there is none.
    var successor: ULID? { if case .rotated(let successor, _) = self { successor } else { nil } }
    var isInvalid: Bool { if case .invalid = self { true } else { false } }
    var isReused: Bool { if case .reused = self { true } else { false } }
    var live: LiveSession? {
        switch self {
        case .rotated(_, let live): live
        case .reused(let live): live
        case .invalid: nil
        }
    }
}

/// What of a sign-in still works.
struct Life: Equatable {
    let session, token, refresh, isListed: Bool

    static let all = Life(session: true, token: true, refresh: true, isListed: true)
    static let none = Life(session: false, token: false, refresh: false, isListed: false)
}

/// A sign-in of a person; everything in it follows from `number`, unless said.
struct SignIn: Sendable {
    let person: Person
    let number: Int
    var lifetime: Int64 = 86_400
    var idleLimit: Int64 = 3600
    var startedAt = ScratchStores.now

    init(_ person: Person, _ number: Int) {
        (self.person, self.number) = (person, number)
    }

    var id: Session.ID { Session.ID("session-\(number)") }
    var subject: Subject.ID { Subject.ID(person.id.description) }
    var token: String { "token-\(number)" }
    var expiry: Timestamp { startedAt + lifetime }
    var refresh: RefreshToken { Self.refresh(1, number) }
    var successor: RefreshSuccessor { Self.successor(2, number, expiry: expiry) }

    var session: Session {
        Session(
            id: id,
            subject: subject,
            client: Client.ID("face"),
            times: SessionTimes(startedAt: startedAt, lastSeenAt: startedAt, expiry: expiry, idleLimit: idleLimit),
            isRemembered: true,
            origin: SessionOrigin(address: "192.0.2.7", userAgent: "browser")
        )
    }

    static func refresh(_ kind: UInt8, _ number: Int) -> RefreshToken {
        let bytes = [kind] + (0..<9).map { UInt8(truncatingIfNeeded: number >> (8 * min($0, 7))) }
        return RefreshToken(
            id: ULID(milliseconds: 1_800_000_000_000, random: bytes),
            secret: [UInt8](repeating: kind, count: 48)
        )
    }

    static func successor(_ kind: UInt8, _ number: Int, expiry: Timestamp) -> RefreshSuccessor {
        let token = refresh(kind, number)
        return RefreshSuccessor(id: token.id, digest: token.digest, expiry: expiry)
    }
}
