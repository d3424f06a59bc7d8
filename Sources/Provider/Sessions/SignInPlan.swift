package import Cryptography
package import JOSE
package import OAuth

/// What a face gives to somebody who signs in to it.
package struct SignInPlan: Sendable {
    /// The name of the face, such as `martlet:chat`: the `client_id` of the tokens. A refresh token is good at this face
    /// alone.
    package let client: Client.ID
    package let scope: Scope
    /// Whether the person asked to be remembered.
    package let isRemembered: Bool
    package var limits: SessionLimits
    /// In seconds; cut to the life of the session and to what the settings allow.
    package var accessTokenLifetime: Int64
    package var algorithm = SignatureAlgorithm.es256
    /// In seconds; nil when no refresh token comes with the sign-in.
    package var refreshTokenLifetime: Int64?

    /// `accessTokenLifetime` in seconds.
    package init(client: Client.ID, scope: Scope, accessTokenLifetime: Int64, isRemembered: Bool = false) {
        self.client = client
        self.scope = scope
        self.accessTokenLifetime = accessTokenLifetime
        self.isRemembered = isRemembered
        limits = isRemembered ? .remembered : .standard
    }
}

/// How long a session lasts.
package struct SessionLimits: Sendable {
    /// Without use, in seconds.
    package let idle: Int64
    /// In all, in seconds.
    package let absolute: Int64

    package init(idle: Int64, absolute: Int64) {
        self.idle = idle
        self.absolute = absolute
    }

    /// 2 and 12 hours.
    package static let standard = SessionLimits(idle: 7_200, absolute: 43_200)
    /// 30 and 90 days: the person asked to be remembered.
    package static let remembered = SessionLimits(idle: 2_592_000, absolute: 7_776_000)
}

/// What a sign-in or a refresh yields: the only place where the texts of its tokens are.
package struct SignInTokens: Sendable {
    package let session: Session
    /// The compact JWT.
    package let accessToken: String
    /// The `jti` of the access token, a ULID.
    package let accessTokenID: String
    package let accessTokenExpiry: Timestamp
    /// 128 hexadecimal characters, or nil when the plan has none.
    package let refreshToken: String?
    /// nil when the plan has no refresh token.
    package let refreshTokenExpiry: Timestamp?
}

/// Why a sign-in does not begin or go on.
package enum SessionError: Error, Sendable {
    /// The refresh token is unknown, expired, malformed or of another face, or the session is over; at the begin of a
    /// session: the account was blocked, deleted or signed out everywhere meanwhile.
    case invalid
    /// The refresh token was taken before: somebody else has it, and its session was ended.
    case reused
}
