import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider

/// The two tokens of the user-management face, and the cookies that carry them (the seed's `access_token` and `refresh_token`).
package struct UserTokens: Sendable {
    static let accessCookie = "access_token"
    static let refreshCookie = "refresh_token"
    /// What access tokens of this face are signed with, and those of no other.
    static let algorithm = SignatureAlgorithm.rs512

    /// What a sign-in here gives. Its tokens carry no scope: the account's own permissions decide what they open.
    let plan: SignInPlan

    /// - Parameters:
    ///   - accessLifetime: in seconds.
    ///   - refreshLifetime: in seconds; a sign-in that is not used for this long is over, too.
    package init(accessLifetime: Int64 = 60, refreshLifetime: Int64 = 7_200) {
        var plan = SignInPlan(
            client: Client.ID("martlet:users"),
            scope: Scope(tokens: []),
            accessTokenLifetime: accessLifetime
        )
        plan.algorithm = Self.algorithm
        plan.refreshTokenLifetime = refreshLifetime
        plan.limits = SessionLimits(
            idle: max(refreshLifetime, accessLifetime),
            absolute: max(refreshLifetime, SessionLimits.standard.absolute)
        )
        self.plan = plan
    }

    /// The fields that set both cookies, each until its token ends.
    func cookies(_ tokens: SignInTokens, at now: Timestamp) -> [HTTPField] {
        var fields = [
            SetCookie(Self.accessCookie, tokens.accessToken, lifetime: tokens.accessTokenExpiry.seconds - now.seconds)
                .field
        ]
        if let refresh = tokens.refreshToken, let expiry = tokens.refreshTokenExpiry {
            fields.append(SetCookie(Self.refreshCookie, refresh, lifetime: expiry.seconds - now.seconds).field)
        }
        return fields
    }

    /// The fields that take both cookies away.
    static var cleared: [HTTPField] { [accessCookie, refreshCookie].map { SetCookie.cleared($0).field } }
}
