import Accounts
import Cryptography
import Pages
import Provider
import Social
import Storage
import TestSupport

@testable import Web

extension TestServer {
    /// Real hashing, cheap.
    static let hashing = PasswordHashingPool(
        PasswordHash(parameters: Argon2idParameters(memory: 64, passes: 1), random: SeededRandom(seed: 3)),
        threads: 2
    )

    /// The pages, over the stores of `provider`.
    static func screens(
        _ provider: TestProvider,
        _ core: Provider,
        _ registration: Registration,
        _ desk: FrontDesk
    ) throws -> Screens {
        let passwords = PasswordSignInService(
            accounts: provider.accounts,
            hashing: hashing,
            now: provider.clock.now
        )
        let mailed = { path in
            MailedTokens(store: provider.stores.accountTokens, random: provider.random, now: provider.clock.now) {
                core.settings.url(path + $0)
            }
        }
        return Screens(
            desk: desk,
            services: .init(
                registration: registration,
                activation: Activation(
                    store: provider.stores.activations,
                    hashing: hashing,
                    tokens: mailed("/account/confirm-email/"),
                    discretion: .init(
                        signIn: core.settings.url("/sign-in"),
                        recovery: core.settings.url("/recover")
                    ),
                    random: provider.random
                ),
                signIn: FaceSignIn(passwords: passwords, sessions: core.sessions),
                passwordChange: PasswordChange(
                    signIn: passwords,
                    accounts: provider.accounts,
                    hashing: hashing,
                    now: provider.clock.now
                ),
                confirmations: mailed("/account/confirm-email/"),
                recovery: PasswordRecovery(
                    accounts: provider.accounts,
                    hashing: hashing,
                    tokens: mailed("/recover/")
                ),
                friendships: provider.stores.friendships,
                dialogues: try Dialogues(
                    key: [UInt8](repeating: 8, count: 32),
                    random: provider.random,
                    now: provider.clock.now
                ),
                consents: provider.stores.consents,
                clients: provider.stores.clients
            ),
            provider: core,
            now: provider.clock.now
        )
    }

    /// Files an account with the password `TestBrowser.password`; its address is `username@example.org`, verified.
    @discardableResult
    func person(_ username: String, _ change: (inout Account) -> Void = { _ in }) async throws -> Account {
        var account = Account(
            id: Account.ID(UUIDv4(random: provider.random).string),
            name: "\(username) Example",
            createdAt: provider.clock.now()
        )
        account.username = Username(username)
        account.email = EmailAddress("\(username)@example.org")
        account.isEmailVerified = true
        change(&account)
        let record = try await Self.hashing.hash(Password(typed: TestBrowser.password)!)
        guard try await provider.accounts.insert(account, password: record) == .inserted else { throw NotInserted() }
        return account
    }

    private struct NotInserted: Error {}

    /// The text after `marker` in the newest mail to `email`: the token of its link.
    func mailedToken(_ marker: String, to email: String) async throws -> String {
        let mail = try await mails().last { $0.recipient.description == email && $0.body.contains(marker) }
        return mail.map { String($0.body[$0.body.firstRange(of: marker)!.upperBound...].prefix { $0 != "\n" }) } ?? ""
    }
}
