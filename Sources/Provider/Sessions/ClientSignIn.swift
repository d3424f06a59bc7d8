import JOSE
import OAuth

/// A sign-in in a client that comes of a code.
package struct ClientSignIn: Sendable {
    /// The id of the session that is to begin; settled when the code was taken.
    let id: Session.ID
    let code: AuthorizationCode
    /// The browser's session that the code came from.
    let browser: Session

    /// The session. It lasts as long as the browser's, so that the client hears when that ends, and with offline access for as long as
    /// the settings say.
    func session(in client: Client, scope: Scope, _ settings: Settings, at now: Timestamp) -> Session {
        let isOffline = scope.contains("offline_access") && client.grants.contains(.refreshToken)
        let expiry = isOffline ? now + settings.grantLifetime : browser.expiry
        return Session(
            id: id,
            subject: code.person.subject,
            client: client.id,
            times: SessionTimes(
                startedAt: now,
                lastSeenAt: now,
                expiry: expiry,
                idleLimit: isOffline ? settings.refreshTokenLifetime(of: client) : expiry.seconds - now.seconds
            ),
            isRemembered: isOffline,
            origin: SessionOrigin(address: browser.address, userAgent: browser.userAgent),
            grant: SessionGrant(
                browser: browser.id,
                authenticatedAt: code.person.authenticatedAt,
                scope: scope,
                claims: code.terms.claims,
                resources: code.terms.resources,
                isOffline: isOffline
            )
        )
    }
}
