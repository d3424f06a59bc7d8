import Accounts
import Cryptography
import HTTPTypes
import JOSE
import Provider
import Storage
import TestSupport
import Testing

@testable import Web

/// The session face over a real provider and database; hashing is real and cheap.
struct SessionFace: Sendable {
    static let password = "correct horse battery"

    let provider: TestProvider
    let server: TestServer
    let volatile = VolatileMemory(capacity: 64)
    let hashing: PasswordHashingPool
    let cookie: SessionCookie
    let link: ActivationLink

    /// Over a new provider unless said; `others` are mounted beside it.
    init(
        _ limits: SignInLimits? = nil,
        registrations: Int? = nil,
        over given: TestProvider? = nil,
        beside others: [Route] = []
    ) async throws {
        if let given { provider = given } else { provider = try await TestProvider() }
        let random = provider.random
        hashing = PasswordHashingPool(
            PasswordHash(parameters: Argon2idParameters(memory: 64, passes: 1), random: random),
            threads: 2
        )
        let passwords = PasswordSignInService(
            accounts: provider.stores.accounts,
            hashing: hashing,
            limits: limits,
            now: provider.clock.now
        )
        cookie = try SessionCookie(
            "session_uuid",
            key: provider.dependencies.sealing.derivedKey(for: "session_uuid"),
            random: random,
            now: provider.clock.now
        )
        let sessions = SessionRoutes(
            signIn: FaceSignIn(passwords: passwords, sessions: provider.provider.sessions),
            cookie: cookie,
            records: try SessionRecords(
                volatile,
                key: provider.dependencies.sealing.derivedKey(for: "session records"),
                random: random,
                now: provider.clock.now
            ),
            provider: provider.provider
        )
        link = try ActivationLink(
            key: provider.dependencies.sealing.derivedKey(for: "activation links"),
            random: random
        )
        let activation = Activation(
            store: provider.stores.activations,
            hashing: hashing,
            tokens: MailedTokens(store: provider.stores.accountTokens, random: random, now: provider.clock.now) {
                [link] in
                TestProvider.issuer + (try link.path($0))
            },
            limit: registrations,
            random: random
        )
        let registration = ActivationRoutes(
            activation: activation,
            link: link,
            authority: AdministratorCheck(
                accounts: provider.stores.accounts,
                cookie: cookie,
                provider: provider.provider
            ),
            provider: provider.provider
        )
        let routes = sessions.routes + registration.routes + others
        server = try TestServer(over: provider, TestServer.Parts(routes: routes))
    }

    /// An account with the password above, `change`d before it is filed.
    @discardableResult
    func account(_ name: String = "ada", _ change: (inout Account) -> Void = { _ in }) async throws -> Account {
        var account = Account(
            id: Account.ID(UUIDv4(random: provider.random).string),
            name: "Name of \(name)",
            createdAt: provider.clock.now()
        )
        account.username = Username(name)
        account.email = EmailAddress("\(name)@example.org")
        change(&account)
        let record = try await hashing.hash(try #require(Password(typed: Self.password)))
        #expect(try await provider.stores.accounts.insert(account, password: record) == .inserted)
        return account
    }

    func login(
        _ name: String = "ada",
        password: String = Self.password,
        remember: Bool = false,
        with cookie: String? = nil,
        _ fields: HTTPFields = [:]
    ) async throws -> TestReply {
        let body: JSON = [
            "email": .string("\(name)@example.org"), "password": .string(password), "rememberMe": .bool(remember),
        ]
        return try await server.call(.post, "/users/login", .json(body), fields.with(cookie))
    }

    func verify(_ cookie: String?) async throws -> TestReply {
        try await server.call(.get, "/users/verify-session", .none, HTTPFields().with(cookie))
    }

    func logout(_ cookie: String?, _ fields: HTTPFields = [:]) async throws -> TestReply {
        try await server.call(.post, "/users/logout", .none, fields.with(cookie))
    }

    /// The session that a cookie leads to.
    func session(_ text: String) throws -> Session.ID {
        let request = EndpointRequest(path: "/", fields: HTTPFields().with(text), clientAddress: "")
        return try #require(cookie.contents(of: request)).session
    }

    /// Waits until what was queued for writing is written: the uses of sessions.
    func settle() async throws {
        try await provider.stores.sessions.end(Session.ID("none"))
    }
}

extension HTTPFields {
    fileprivate func with(_ cookie: String?) -> HTTPFields {
        var fields = self
        if let cookie { fields.append(HTTPField(name: .cookie, value: "session_uuid=\(cookie)")) }
        return fields
    }
}

extension TestReply {
    /// The value of the session cookie that the reply sets; empty when it takes it away, nil when it does neither.
    var sessionCookie: String? {
        guard let field = field("Set-Cookie"), field.hasPrefix("session_uuid=") else { return nil }
        return String(field.dropFirst("session_uuid=".count).prefix { $0 != ";" })
    }
}
