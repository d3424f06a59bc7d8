package import JOSE

/// Takes a public key away from an account, but never the last thing that it can prove itself with.
package struct KeyRemoval: Sendable {
    private let accounts: any AccountStore
    private let now: @Sendable () -> Timestamp

    package init(accounts: any AccountStore, now: @escaping @Sendable () -> Timestamp) {
        self.accounts = accounts
        self.now = now
    }

    /// What became of a removal.
    package enum Outcome: Sendable, Equatable {
        case removed
        /// The account has no such key, or does not exist.
        case unknown
        /// The account has no password and no other key.
        case lastCredential
    }

    /// Removes the key with this RFC 7638 thumbprint, and with it every token that it got. Throws what the store throws.
    package func remove(_ thumbprint: String, from id: Account.ID) async throws -> Outcome {
        // A password is never taken away, so what is true of it now is true when the key goes.
        let hasPassword = try await accounts.passwordRecord(of: id) != nil
        do {
            let outcome = try await accounts.update(id, at: now()) { account in
                guard account.keys.contains(where: { $0.thumbprint == thumbprint }) else { throw Refused.unknown }
                guard hasPassword || account.keys.count > 1 else { throw Refused.lastCredential }
                account.keys.removeAll { $0.thumbprint == thumbprint }
            }
            if case .updated = outcome { return .removed }
            return .unknown
        } catch let refused as Refused {
            return refused == .unknown ? .unknown : .lastCredential
        }
    }

    private enum Refused: Error {
        case unknown, lastCredential
    }
}
