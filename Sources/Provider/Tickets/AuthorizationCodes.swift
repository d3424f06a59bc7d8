import Cryptography
import JOSE
import OAuth

/// Issues codes and takes them back (RFC 6749 §4.1.2): 256 bits, one use, as long as the settings say.
struct AuthorizationCodes: Sendable {
    private let dependencies: Dependencies

    /// Tells secret scanners what was leaked, and no other kind of secret is taken for a code.
    private static let prefix = "martlet_code_"

    init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// The text of a new code, filed before it is returned. Throws what the store throws.
    func issue(for request: AuthorizationRequest, _ live: LiveSession, at now: Timestamp) async throws -> String {
        let id = ULID(milliseconds: now.milliseconds, random: dependencies.random)
        let secret = dependencies.random.bytes(32)
        let code = AuthorizationCode(
            id,
            digest: Hash.digest(secret),
            live: live,
            request: request,
            expiry: now + dependencies.settings.codeLifetime
        )
        try await dependencies.codes.file(code)
        return Self.prefix + Base64URL.encode(id.bytes + secret)
    }

    /// The code of `text`, taken for ever; `session` is the one to come of it. Throws `invalid_grant` and what the store throws.
    func take(_ text: String, for session: Session.ID) async throws -> AuthorizationCode {
        guard text.hasPrefix(Self.prefix), let bytes = Base64URL.decode(String(text.dropFirst(Self.prefix.count))),
            bytes.count == 48
        else { throw Self.refused("of another form") }
        let id = ULID(bytes: Array(bytes[..<16]))
        let taking = try await dependencies.codes.take(
            id,
            digest: Hash.digest(Array(bytes[16...])),
            for: session,
            at: dependencies.now()
        )
        switch taking {
        case .taken(let code): return code
        case .unknown: throw Self.refused("unknown")
        case .expired: throw Self.refused("expired")
        case .reused: throw Self.refused("used before; what came of it is over")
        }
    }

    static func refused(_ seen: String) -> OAuthError {
        OAuthError(
            .invalidGrant,
            "the code is unknown, expired, used before or not for this request",
            FailedCheck("code", expected: "a fresh one of this client", seen: seen)
        )
    }
}
