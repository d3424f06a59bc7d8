package import JOSE

/// Remembers which access tokens were revoked before they expired.
package protocol RevocationStore: Sendable {
    /// Revokes the token with this `jti`; returns after the commit. It may be forgotten at `expiry`.
    func revoke(_ id: String, until expiry: Timestamp) async throws

    func isRevoked(_ id: String) async throws -> Bool
}
