import Accounts
import Cryptography
import HTTPTypes
import JOSE
import Provider
import Storage
import TestSupport

@testable import Web

/// The faces that people sign in to with a password, mounted beside the self identity server; hashing is real and cheap.
struct TestFaces: Sendable {
    static let password = "correct horse battery"

    let server: TestServer
    let hashing: any PasswordHashing
    var provider: TestProvider { server.provider }
    var stores: Stores { server.provider.stores }
    var clock: MovableClock { server.provider.clock }

    /// Made once: it takes its time.
    private static let rsa = Result { try PrivateKey.generate(.rsa(bits: 2048)) }

    /// `signUpLimit` an hour from one network; `users` is what the operator decided about tokens.
    init(signUpLimit: Int? = nil, users: UserTokens = UserTokens()) async throws {
        let provider = try await TestProvider()
        hashing = PasswordHashingPool(
            PasswordHash(parameters: Argon2idParameters(memory: 64, passes: 1), random: provider.random),
            threads: 2
        )
        let routes = try Self.routes(over: provider, hashing, signUpLimit: signUpLimit, users: users)
        server = try TestServer(over: provider, .init(routes: routes))
    }

    /// The user-management face over `provider`, which gets the key that it signs with.
    static func routes(
        over provider: TestProvider,
        _ hashing: any PasswordHashing,
        signUpLimit: Int? = nil,
        users: UserTokens = UserTokens()
    ) throws -> [Route] {
        let keys = provider.dependencies.keys
        let now = provider.clock.now
        let signing = try SigningKey(rsa.get(), algorithm: .rs512, createdAt: now() - 86_400)
        keys.replace(with: keys.published(at: now()) + [signing])
        let core = provider.provider
        let signIn = FaceSignIn(
            passwords: PasswordSignInService(accounts: provider.accounts, hashing: hashing, now: now),
            sessions: core.sessions
        )
        let gate = UserGate(provider: core, accounts: provider.accounts)
        let routes = UserRoutes(
            accounts: provider.accounts,
            signUps: SignUps(
                store: provider.stores.signUps,
                hashing: hashing,
                limit: signUpLimit,
                random: provider.random,
                now: now
            ),
            revisions: UserRevisions(
                accounts: provider.accounts,
                hashing: hashing,
                signIn: signIn,
                gate: gate,
                tokens: users,
                now: now
            ),
            gate: gate,
            provider: core
        ).routes
        return routes + UserSignInRoutes(signIn: signIn, gate: gate, tokens: users, provider: core, now: now).routes
    }

    /// Files an account with a password; it is called after its username.
    @discardableResult
    func account(_ username: String, roles: Set<Role> = [.guest]) async throws -> Account.ID {
        var account = Account(
            id: Account.ID(UUIDv4(random: provider.random).string),
            name: username,
            createdAt: clock.now()
        )
        account.username = Username(username)
        account.roles = roles
        let record = try await hashing.hash(Password(new: Self.password))
        guard try await stores.accounts.insert(account, password: record) == .inserted else { throw NotInserted() }
        return account.id
    }

    private struct NotInserted: Error {}

    /// Signs in at the user-management face.
    func signIn(_ username: String, password: String = Self.password) async throws -> TestReply {
        try await server.call(
            .post,
            "/v1/login",
            .json(["username": .string(username), "password": .string(password)])
        )
    }
}

extension TestReply {
    /// The value of a cookie that the reply sets; empty when it takes it away, nil when it says nothing of it.
    func cookie(_ name: String) -> String? {
        let field = fields[values: .setCookie].first { $0.hasPrefix("\(name)=") }
        return field.map { String($0.dropFirst(name.count + 1).prefix { $0 != ";" }) }
    }
}
