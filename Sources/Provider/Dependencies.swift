package import Cryptography
package import JOSE

/// The world of the authorization server: what it reads, writes and asks. Everything that tests replace is here.
package struct Dependencies: Sendable {
    package let settings: Settings
    package let clients: any ClientStore
    package let subjects: any SubjectStore
    package let revocations: any RevocationStore
    package let replays: any ReplayStore
    package let sessions: any SessionStore
    package let refreshTokens: any RefreshTokenStore
    package let codes: any AuthorizationCodeStore
    package let consents: any ConsentStore
    package let resources: any ResourceStore
    package let pushedRequests: any PushedRequestStore
    /// What clients keep elsewhere.
    package let documents: any RemoteDocuments
    package let keys: SigningKeys
    /// Reads what is encrypted for the server; none unless they are set.
    package var decryption = DecryptionKeys([])
    /// Unseals the secrets of `client_secret_jwt` clients; the key that refresh tokens are derived under comes from it.
    package let sealing: SealingKey
    package let random: any RandomSource
    package let now: @Sendable () -> Timestamp

    package init(
        settings: Settings,
        stores: Stores,
        documents: any RemoteDocuments,
        keys: SigningKeys,
        sealing: SealingKey,
        random: any RandomSource,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.settings = settings
        clients = stores.clients
        subjects = stores.subjects
        revocations = stores.revocations
        replays = stores.replays
        sessions = stores.sessions
        refreshTokens = stores.refreshTokens
        codes = stores.codes
        consents = stores.consents
        resources = stores.resources
        pushedRequests = stores.pushedRequests
        self.documents = documents
        self.keys = keys
        self.sealing = sealing
        self.random = random
        self.now = now
    }

    /// Makes the successors of refresh tokens.
    var refreshDerivation: RefreshDerivation {
        RefreshDerivation(key: sealing.derivedKey(for: "refresh tokens"))
    }

    /// The records that the authorization server keeps.
    package struct Stores: Sendable {
        let clients: any ClientStore
        let subjects: any SubjectStore
        let revocations: any RevocationStore
        let replays: any ReplayStore
        let sessions: any SessionStore
        let refreshTokens: any RefreshTokenStore
        let codes: any AuthorizationCodeStore
        let consents: any ConsentStore
        let resources: any ResourceStore
        let pushedRequests: any PushedRequestStore

        package init(
            clients: any ClientStore,
            subjects: any SubjectStore,
            revocations: any RevocationStore,
            replays: any ReplayStore,
            sessions: any SessionStore,
            refreshTokens: any RefreshTokenStore,
            codes: any AuthorizationCodeStore,
            consents: any ConsentStore,
            resources: any ResourceStore,
            pushedRequests: any PushedRequestStore
        ) {
            self.clients = clients
            self.subjects = subjects
            self.revocations = revocations
            self.replays = replays
            self.sessions = sessions
            self.refreshTokens = refreshTokens
            self.codes = codes
            self.consents = consents
            self.resources = resources
            self.pushedRequests = pushedRequests
        }
    }
}

/// An error of a store that may pass: the answer is 503 and the caller may try again.
package protocol TemporaryFailure: Error {
    /// Whether trying again can help.
    var isTemporary: Bool { get }
}
