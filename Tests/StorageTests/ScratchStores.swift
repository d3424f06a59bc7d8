@testable import Accounts
import JOSE
@testable import Storage
import TestSupport

/// Stores over a new database in a folder of its own.
struct ScratchStores {
    static let now = Timestamp(seconds: 1_800_000_000)
    static let day: Int64 = 86_400

    let folder: ScratchFolder
    let stores: Stores
    var now: Timestamp { Self.now }

    init() async throws {
        folder = try ScratchFolder()
        stores = try await Self.open(folder)
    }

    static func open(_ folder: ScratchFolder, _ options: Database.Options = .patient) async throws -> Stores {
        try await Stores.open(path: folder.path("martlet.db"), options: options, at: now)
    }

    /// Closes the stores and opens their database again, as a restart does.
    func reopened() async throws -> Stores {
        await stores.database.close()
        return try await Self.open(folder)
    }

    /// Takes the triggers away that note changes.
    func stopNoting() async throws {
        try await stores.database.write { connection in
            let names = try connection.query("SELECT name FROM temp.sqlite_schema WHERE type = 'trigger'") {
                try $0.text(0)
            }
            for name in names { try connection.executeScript("DROP TRIGGER temp.\(name)") }
        }
    }

    func count(_ table: String) throws -> Int64? {
        try stores.database.read { try $0.first("SELECT count(*) FROM \(table)") { try $0.integer(0) } }
    }

    /// Asks for a verification; `token` and `registration` are the first bytes of its two digests.
    @discardableResult
    func ask(_ asking: Asking, limit: Int? = nil) async throws -> Timestamp? {
        let verification = asking.verification
        return try await stores.registrations.ask(
            verification,
            mail: Mail(id: asking.id, recipient: verification.email, subject: "s", body: "b"),
            limits: limit.map { AskingLimits(perEmail: $0, perAsker: 1000) },
            since: asking.createdAt - 3600
        )
    }

    /// Asks and follows the link.
    func verify(_ asking: Asking) async throws {
        try await ask(asking)
        _ = try await stores.registrations.verify(tokenDigest: asking.tokenDigest, at: asking.createdAt)
    }

    /// Registers a person from nothing: verification, account, one key.
    @discardableResult
    func register(_ person: Person, from address: String = "192.0.2.1") async throws -> RegistrationOutcome {
        let asking = Asking(number: person.number, email: person.email, askedFrom: address)
        try await verify(asking)
        return try await stores.registrations.register(person.request(asking))
    }
}

/// A request for a verification; everything in it follows from `number`, unless said.
struct Asking: Sendable {
    var number: Int
    var email: String
    var askedFrom = "192.0.2.1"
    var createdAt = ScratchStores.now

    var id: String { "mail-\(1_000_000 + number)" }
    var tokenDigest: [UInt8] { Self.digest(1, number) }
    var registrationDigest: [UInt8] { Self.digest(2, number) }

    var verification: EmailVerification {
        EmailVerification(
            email: EmailAddress(email)!,
            tokenDigest: tokenDigest,
            registrationDigest: registrationDigest,
            askedFrom: askedFrom,
            createdAt: createdAt,
            expiry: createdAt + ScratchStores.day
        )
    }

    static func digest(_ kind: UInt8, _ number: Int) -> [UInt8] {
        [kind] + (0..<31).map { UInt8(truncatingIfNeeded: $0 < 8 ? number >> (8 * $0) : 0) }
    }
}

/// A person with one key; everything follows from `number`, unless said.
struct Person: Sendable {
    let number: Int
    var email: String
    var thumbprint: String

    init(_ number: Int, email: String? = nil, thumbprint: String? = nil) {
        self.number = number
        self.email = email ?? "Person.\(number)@example.org"
        self.thumbprint = thumbprint ?? "thumbprint-\(number)"
    }

    var id: Account.ID { Account.ID("00000000-0000-4000-8000-\(100_000_000_000 + number)") }

    /// Her account, her address verified.
    func account(at now: Timestamp = ScratchStores.now) -> Account {
        var account = Account(id: id, name: "Name \(number)", createdAt: now)
        account.email = EmailAddress(email)!
        account.isEmailVerified = true
        account.keys = [AccountKey(thumbprint: thumbprint, registeredForm: "04-\(number)")]
        return account
    }

    /// The registration that follows `asking`.
    func request(_ asking: Asking, at now: Timestamp = ScratchStores.now, limit: Int? = nil) -> RegistrationRequest {
        request(digest: asking.registrationDigest, from: asking.askedFrom, at: now, limit: limit)
    }

    func request(
        digest: [UInt8]?,
        from address: String,
        at now: Timestamp = ScratchStores.now,
        limit: Int? = nil
    ) -> RegistrationRequest {
        return RegistrationRequest(
            account: account(at: now),
            email: EmailAddress(email)!,
            registrationDigest: digest,
            askedFrom: address,
            now: now,
            limit: limit
        )
    }
}
