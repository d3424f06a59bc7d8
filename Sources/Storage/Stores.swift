#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
package import JOSE

/// Every store of the server over one database.
package struct Stores: Sendable {
    package let database: Database
    package let clients: SQLClientStore
    package let subjects: SQLSubjectStore
    package let revocations: SQLRevocationStore
    package let replays: SQLReplayStore
    package let registrations: SQLRegistrationStore
    package let signUps: SQLSignUpStore
    package let accounts: SQLAccountStore
    package let accountTokens: SQLAccountTokenStore
    package let activations: SQLActivationStore
    /// The database's own word; what the server asks is `CachedSessionStore` in front of it.
    package let sessions: SQLSessionStore
    package let refreshTokens: SQLRefreshTokenStore
    package let codes: SQLAuthorizationCodeStore
    package let pushedRequests: SQLPushedRequestStore
    package let consents: SQLConsentStore
    package let resources: SQLResourceStore
    package let declarations: SQLDeclarationStore
    package let logoutNotices: SQLLogoutNoticeStore
    package let friendships: SQLFriendshipStore
    package let messages: SQLMessageStore
    package let mails: SQLMailQueue
    package let refusals: SQLRefusalJournal
    /// Whether an earlier process may have served this database: the file was there before it was opened.
    package let hasHistory: Bool

    /// Opens the database and, as its owner, brings its schema up to date. `now` is recorded with a migration.
    ///
    /// Throws `DatabaseError`: what `Database.init` throws, `.newerSchema`, and for a guest `.unavailable` when the
    /// schema is older than this release's.
    package static func open(
        path: String,
        options: Database.Options = Database.Options(),
        at now: Timestamp
    ) async throws -> Stores {
        let hasHistory = exists(path)
        let database = try Database(path: path, options: options)
        switch options.role {
        case .owner: try await database.migrate(Schema.migrations, at: now.seconds)
        case .guest: try requireSchema(of: database)
        }
        try await database.prepareWriting(ChangeTriggers.sql)
        return try Stores(database, hasHistory: hasHistory)
    }

    private init(_ database: Database, hasHistory: Bool) throws {
        self.database = database
        clients = SQLClientStore(database)
        subjects = SQLSubjectStore(database)
        revocations = try SQLRevocationStore(database)
        replays = SQLReplayStore(database)
        registrations = SQLRegistrationStore(database)
        signUps = SQLSignUpStore(database)
        accounts = SQLAccountStore(database)
        accountTokens = SQLAccountTokenStore(database)
        activations = SQLActivationStore(database)
        sessions = SQLSessionStore(database)
        refreshTokens = SQLRefreshTokenStore(database)
        codes = SQLAuthorizationCodeStore(database)
        pushedRequests = SQLPushedRequestStore(database)
        consents = SQLConsentStore(database)
        resources = SQLResourceStore(database)
        declarations = SQLDeclarationStore(database, clients: clients)
        logoutNotices = SQLLogoutNoticeStore(database)
        friendships = SQLFriendshipStore(database)
        messages = SQLMessageStore(database)
        mails = SQLMailQueue(database)
        refusals = SQLRefusalJournal(database)
        self.hasHistory = hasHistory
    }

    private static func requireSchema(of database: Database) throws {
        let found = try database.read { connection in
            let isThere = try connection.first("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migration'") {
                try $0.integer(0)
            }
            guard isThere != nil else { return 0 }
            let newest = try connection.first("SELECT max(version) FROM schema_migration") { try $0.optionalInteger(0) }
            return Int((newest ?? nil) ?? 0)
        }
        if found > Schema.version { throw DatabaseError.newerSchema(found: found, known: Schema.version) }
        guard found == Schema.version else {
            throw DatabaseError.unavailable(
                "it has schema version \(found), this release needs \(Schema.version): start its server once"
            )
        }
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0
    }
}
