import Accounts
import Cryptography
import JOSE
import Provider
import Storage
import TestSupport

/// The services of accounts over a real database; hashing is real and cheap.
struct ScratchAccounts {
    let folder: ScratchFolder
    let stores: Stores
    let clock = MovableClock()
    let random = SeededRandom()
    let hashing: PasswordHashingPool

    static let cheap = Argon2idParameters(memory: 64, passes: 1)

    init() async throws {
        folder = try ScratchFolder()
        stores = try await Stores.open(path: folder.path("martlet.db"), options: .patient, at: clock.now())
        hashing = PasswordHashingPool(PasswordHash(parameters: Self.cheap, random: random), threads: 2)
    }

    /// Files an account with a password; it is called after its username.
    @discardableResult
    func account(_ username: String, password: String? = "correct horse", email: String? = nil) async throws -> Account
    {
        var account = Account(id: Account.ID(UUIDv4(random: random).string), name: username, createdAt: clock.now())
        account.username = Username(username)
        account.email = EmailAddress(email ?? "\(username)@example.org")
        let record: String? =
            if let password, let typed = Password(typed: password) { try await hashing.hash(typed) } else { nil }
        guard try await stores.accounts.insert(account, password: record) == .inserted else { throw NotInserted() }
        return account
    }

    private struct NotInserted: Error {}

    func account(_ id: Account.ID) throws -> Account? { try stores.accounts.account(.id(id)) }

    /// The mails of the queue, oldest first.
    func mails() throws -> [Mail] { try stores.mails.due(at: clock.now() + 86_400, limit: 500).map(\.mail) }

    /// The tokens of the mails that went to an address, oldest first.
    func tokens(to email: String) throws -> [String] {
        try mails().filter { $0.recipient.key == email.lowercased() }.compactMap { mail in
            mail.body.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("https://x/") }.map {
                String($0.dropFirst("https://x/".count))
            }
        }
    }

    var mailed: MailedTokens { mailed(RecoverySettings()) }

    func mailed(_ settings: RecoverySettings) -> MailedTokens {
        MailedTokens(store: stores.accountTokens, settings: settings, random: random, now: clock.now) {
            "https://x/\($0)"
        }
    }

    var recovery: PasswordRecovery {
        PasswordRecovery(accounts: stores.accounts, hashing: hashing, tokens: mailed)
    }

    func signIn(_ limits: SignInLimits? = SignInLimits()) -> PasswordSignInService {
        PasswordSignInService(accounts: stores.accounts, hashing: hashing, limits: limits, now: clock.now)
    }

    /// Begins a session of an account and gives its id.
    func session(of account: Account) async throws -> Session.ID {
        let (id, now) = (Session.ID(UUIDv4(random: random).string), clock.now())
        let session = Session(
            id: id,
            subject: Subject.ID(account.id.description),
            client: Client.ID("face"),
            times: SessionTimes(startedAt: now, lastSeenAt: now, expiry: now + 86_400, idleLimit: 86_400),
            isRemembered: false,
            origin: SessionOrigin(address: "192.0.2.1", userAgent: "")
        )
        try await stores.sessions.begin(session, tokens: [])
        return id
    }

    func isAlive(_ session: Session.ID) throws -> Bool {
        try stores.sessions.session(session, at: clock.now()) != nil
    }
}
