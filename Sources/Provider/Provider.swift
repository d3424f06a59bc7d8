import HTTPTypes
package import JOSE
import OAuth

/// The assembled authorization server: features in; endpoints, grants and metadata out.
package struct Provider: Sendable {
    package let settings: Settings
    /// The routes below the issuer's path.
    package let endpoints: [Endpoint]
    /// The fixed documents, by their path from the host's root.
    package let documents: [String: PublishedDocument]
    /// Turns what an endpoint throws into its reply.
    package let refusals: Refusals
    /// Guards the protected resources that other targets add.
    package let bearer: BearerToken
    /// Tells which access tokens are good, for those who take them from elsewhere than the `Authorization` header.
    package let tokens: AccessTokenVerifier
    /// Begins, continues and ends sign-ins.
    package let sessions: Sessions
    /// Decides what an authorization request needs next; the pages ask it.
    package let authorization: AuthorizationEndpoint
    /// Decides what a logout request ends and where it leads; the pages ask it.
    package let logout: LogoutEndpoint
    /// What the pages show of a client.
    package let logos: ClientLogos

    private let revocations: any RevocationStore

    /// What the endpoints of the spine and the features share.
    struct Spine: Sendable {
        let keys: ClientKeys
        let encryption: ClientEncryption
        let challenges: Challenges
        let authentication: ClientAuthentication
        let tokens: AccessTokenVerifier
        let bearer: BearerToken
        let checks: AuthorizationChecks
    }

    /// `hasHistory` tells whether an earlier process served this database. Throws what the replay store throws.
    package init(_ dependencies: Dependencies, startedAt start: Timestamp, hasHistory: Bool) async throws {
        settings = dependencies.settings
        let replays = try await ReplayGuard(store: dependencies.replays, startedAt: start, hasHistory: hasHistory)
        let directory = ClientDirectory(dependencies)
        let spine = Self.spine(dependencies, directory, replays: replays)
        bearer = spine.bearer
        tokens = spine.tokens
        sessions = Sessions(dependencies)
        authorization = AuthorizationEndpoint(
            dependencies,
            checks: spine.checks,
            codes: AuthorizationCodes(dependencies),
            implicit: ImplicitFlow(dependencies, encryption: spine.encryption)
        )
        logout = LogoutEndpoint(dependencies, sessions: sessions)
        logos = ClientLogos(dependencies)
        revocations = dependencies.revocations
        refusals = Refusals(settings: settings)

        let features = StandardFeatures.all(dependencies, spine)
        let grants = features.flatMap(\.grants)
        let token = TokenEndpoint(
            authentication: spine.authentication,
            grants: Dictionary(uniqueKeysWithValues: grants.map { ($0.type, $0) }),
            audiences: Audiences(dependencies),
            issuer: TokenIssuer(dependencies: dependencies),
            encryption: spine.encryption,
            metrics: TokenMetrics(grants.map(\.type))
        )
        let keySet = KeySetDocument(
            keys: dependencies.keys,
            others: dependencies.decryption.published,
            now: dependencies.now
        )
        endpoints =
            [
                Endpoint(.post, "/oauth/token", advertisedAs: "token_endpoint", operation: token.operation) {
                    try await token.respond(to: $0)
                },
                Endpoint(.get, "/oauth/jwks", advertisedAs: "jwks_uri", operation: KeySetDocument.operation) {
                    keySet.reply(to: $0)
                },
            ] + features.flatMap(\.endpoints)

        let metadata = ServerMetadata(settings: settings, endpoints: endpoints, grants: grants, features: features)
        documents = metadata.documents.merging(ProtectedResourceMetadata(settings: settings).documents) { own, _ in own
        }
    }

    /// Ends a token that hangs off no session, for good.
    package func revoke(_ token: AccessToken) async throws {
        try await revocations.revoke(token.id, until: token.expiry)
    }

    private static func spine(
        _ dependencies: Dependencies,
        _ directory: ClientDirectory,
        replays: ReplayGuard
    ) -> Spine {
        let challenges = Challenges(
            lifetime: dependencies.settings.challengeLifetime,
            random: dependencies.random,
            now: dependencies.now
        )
        let tokens = AccessTokenVerifier(dependencies)
        let keys = ClientKeys(dependencies)
        return Spine(
            keys: keys,
            encryption: ClientEncryption(keys: keys, random: dependencies.random),
            challenges: challenges,
            authentication: ClientAuthentication(
                dependencies,
                directory: directory,
                assertions: AssertionVerifier(
                    dependencies,
                    keys: keys,
                    challenges: challenges,
                    replays: replays
                )
            ),
            tokens: tokens,
            bearer: BearerToken(tokens: tokens, settings: dependencies.settings),
            checks: AuthorizationChecks(
                clients: directory,
                settings: dependencies.settings,
                hints: IDTokenHints(dependencies: dependencies),
                names: SubjectNames(dependencies),
                audiences: Audiences(dependencies),
                objects: RequestObjects(dependencies, keys: keys),
                pushes: PushedRequests(dependencies)
            )
        )
    }
}
