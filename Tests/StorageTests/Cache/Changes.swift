import Accounts
import Cryptography
import JOSE
import Provider
import Storage
import Testing

/// Every way in which what is known of a sign-in of `Person(1)` changes.
enum Change: String, CaseIterable, CustomTestStringConvertible {
    case end, endOthers, block, blockByUpdate, unblock, delete, passwordChange, passwordChangeHere, recovery,
        refreshReuse
    case name, changeEmail, confirmEmail, newKey, touch, statement, replaced, tokenDeleted, tokenShortened

    var testDescription: String { rawValue }

    static let digest = [UInt8](repeating: 9, count: 32)

    /// What must be there for the change to change something.
    func prepare(_ stores: Stores, _ sign: SignIn) async throws {
        switch self {
        case .recovery: try await Self.file(.recoverPassword, stores)
        case .confirmEmail:
            _ = try await stores.accounts.update(Person(1).id, at: ScratchStores.now) { $0.isEmailVerified = false }
            try await Self.file(.confirmEmail, stores)
        case .refreshReuse:
            let now = ScratchStores.now
            _ = try await stores.refreshTokens.rotate(sign.refresh, to: sign.successor, grace: 10, at: now)
        default: break
        }
    }

    /// Makes the change through `stores`, which may be another process's.
    func make(_ stores: Stores, _ sign: SignIn) async throws {
        let (id, now) = (Person(1).id, ScratchStores.now)
        switch self {
        case .end: #expect(try await stores.sessions.end(sign.id, of: sign.subject))
        case .endOthers: try await stores.sessions.endAll(of: sign.subject, except: Session.ID("another"))
        case .block: #expect(try await stores.accounts.setState(.blocked, of: id))
        case .blockByUpdate: _ = try await stores.accounts.update(id, at: now) { $0.state = .blocked }
        case .unblock: #expect(try await stores.accounts.setState(.active, of: id))
        case .delete: #expect(try await stores.accounts.delete(id))
        case .passwordChange: try await Self.setPassword(stores, except: nil)
        case .passwordChangeHere: try await Self.setPassword(stores, except: sign.id.description)
        case .recovery:
            #expect(try await stores.accountTokens.recover(Self.digest, record: "new", at: now) == id)
        case .refreshReuse:
            let next = SignIn.successor(3, sign.number, expiry: sign.expiry)
            let rotation = try await stores.refreshTokens.rotate(sign.refresh, to: next, grace: 10, at: now + 11)
            #expect(rotation.isReused)
        case .name: _ = try await stores.accounts.update(id, at: now) { $0.name = "Another" }
        case .changeEmail:
            let outcome = try await stores.accountTokens.changeEmail(
                with: Self.token(.changeEmail, "new@example.org"),
                mail: Mail(id: "m", recipient: EmailAddress("new@example.org")!, subject: "s", body: "b"),
                limits: nil,
                since: now
            )
            #expect(outcome == .changed)
        case .confirmEmail:
            #expect(try await stores.accountTokens.confirm(Self.digest, [.confirmEmail], at: now) == id)
        case .newKey:
            _ = try await stores.accounts.update(id, at: now) {
                $0.keys.append(AccountKey(thumbprint: "second", registeredForm: "04-second"))
            }
        case .touch:
            try await stores.database.write {
                try $0.execute("UPDATE session SET last_seen_at = last_seen_at + 5000 WHERE id = 'session-1'")
            }
        case .statement: try await Self.run("UPDATE session SET is_over = 1", stores)
        case .replaced: try await Self.run("REPLACE INTO issued_token VALUES ('token-1', 'session-2', 1)", stores)
        case .tokenDeleted: try await Self.run("DELETE FROM issued_token WHERE id = 'token-1'", stores)
        case .tokenShortened: try await Self.run("UPDATE issued_token SET expires_at = 1", stores)
        }
    }

    private static func run(_ sql: String, _ stores: Stores) async throws {
        try await stores.database.write { try $0.execute(sql) }
    }

    private static func setPassword(_ stores: Stores, except current: String?) async throws {
        let (id, now) = (Person(1).id, ScratchStores.now)
        #expect(try await stores.accounts.setPassword("new", of: id, endsOthers: true, except: current, at: now))
    }

    private static func token(_ purpose: AccountToken.Purpose, _ email: String) -> AccountToken {
        let now = ScratchStores.now
        return AccountToken(
            purpose,
            id: "01",
            account: Person(1).id,
            digest: digest,
            email: EmailAddress(email)!,
            origin: .init(address: "192.0.2.1", time: now, expiry: now + 3600)
        )
    }

    private static func file(_ purpose: AccountToken.Purpose, _ stores: Stores) async throws {
        let filed = try await stores.accountTokens.file(
            token(purpose, Person(1).email),
            mail: nil,
            limits: nil,
            since: ScratchStores.now
        )
        guard case .filed = filed else { return #expect(Bool(false), "\(filed)") }
    }
}

/// All that can be asked about a sign-in, as text: equal texts are equal answers.
struct Answers: Equatable {
    let session, token, subject, key, account: String

    /// What the server is told, from memory where that is believed.
    init(_ sessions: CachedSessionStore, _ stores: Stores, _ sign: SignIn, at now: Timestamp) async throws {
        session = "\(String(describing: try await sessions.session(sign.id, at: now)))"
        token = "\(String(describing: try await sessions.session(ofToken: sign.token, at: now)))"
        subject = "\(String(describing: try stores.subjects.subject(sign.subject)))"
        key = "\(String(describing: try stores.subjects.key(thumbprint: sign.person.thumbprint)))"
        account = "\(String(describing: try stores.accounts.account(.id(sign.person.id))))"
    }
}
