import JOSE
import OAuth

/// A sign-in in a client, by a code or at once.
package struct ClientSignIn: Sendable {
    /// The id of the session that is to begin; for one of a code, settled when that was taken.
    let id: Session.ID
    let subject: Subject.ID
    let authenticatedAt: Timestamp
    let claims: ClaimsRequest
    let resources: [ResourceIndicator]
    let nonce: String?
    /// The browser's session that it comes from.
    let browser: Session

    init(id: Session.ID, code: AuthorizationCode, browser: Session) {
        (self.id, self.browser) = (id, browser)
        (subject, authenticatedAt) = (code.person.subject, code.person.authenticatedAt)
        (claims, resources, nonce) = (code.terms.claims, code.terms.resources, code.terms.nonce)
    }

    /// One that `request` is answered with.
    init(id: Session.ID, request: AuthorizationRequest, browser: Session) {
        (self.id, self.browser) = (id, browser)
        (subject, authenticatedAt) = (browser.subject, browser.authenticatedAt)
        (claims, resources, nonce) = (request.claims, request.resources.map(\.id), request.nonce)
    }

    /// The session. It lasts as long as the browser's, so that the client hears when that ends, and with offline access for as long as
    /// the settings say.
    func session(in client: Client, scope: Scope, _ settings: Settings, at now: Timestamp) -> Session {
        let isOffline = scope.contains("offline_access") && client.grants.contains(.refreshToken)
        let expiry = isOffline ? now + settings.grantLifetime : browser.expiry
        return Session(
            id: id,
            subject: subject,
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
                authenticatedAt: authenticatedAt,
                scope: scope,
                claims: claims,
                resources: resources,
                isOffline: isOffline
            )
        )
    }
}
