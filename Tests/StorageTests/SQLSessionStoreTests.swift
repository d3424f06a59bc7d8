import Accounts
import JOSE
import OAuth
import Provider
import Storage
import Testing

struct SQLSessionStoreTests {
    private let scratch: ScratchStores
    private var store: SQLSessionStore { scratch.stores.sessions }
    private var now: Timestamp { scratch.now }

    init() async throws {
        scratch = try await ScratchStores()
        try await scratch.register(Person(1))
        try await scratch.register(Person(2))
    }

    @Test func `a session is found as it was filed, by its id and by its token`() async throws {
        let sign = SignIn(Person(1), 1)
        try await scratch.begin(sign)
        for found in [try store.session(sign.id, at: now), try store.session(ofToken: sign.token, at: now)] {
            let live = try #require(found)
            #expect(live.session.id == sign.id && live.session.subject == sign.subject)
            #expect(live.subject.id == sign.subject && live.subject.email == Person(1).email)
            #expect(live.session.client == Client.ID("face") && live.session.isRemembered)
            #expect(live.session.startedAt == now && live.session.lastSeenAt == now)
            #expect(live.session.expiry == sign.expiry && live.session.idleLimit == 3600)
            #expect(live.session.address == "192.0.2.7" && live.session.userAgent == "browser")
        }
    }

    @Test func `unknown ids lead nowhere, and a session's id is no token's`() async throws {
        let sign = SignIn(Person(1), 1)
        try await scratch.begin(sign)
        #expect(try store.session(Session.ID("session-2"), at: now) == nil)
        #expect(try store.session(ofToken: sign.id.description, at: now) == nil)
        #expect(try store.session(Session.ID(sign.token), at: now) == nil)
    }

    static let ages: [(lifetime: Int64, idle: Int64, age: Int64, isAlive: Bool)] = [
        (100, 1000, 99, true), (100, 1000, 100, false), (1000, 100, 99, true), (1000, 100, 100, false),
        (10, 10, 10, false),
    ]

    @Test(arguments: ages.indices)
    func `a session ends at its expiry and when it was idle too long`(index: Int) async throws {
        let age = Self.ages[index]
        var sign = SignIn(Person(1), 1)
        (sign.lifetime, sign.idleLimit) = (age.lifetime, age.idle)
        let session = try await scratch.begin(sign)
        #expect(session.isAlive(at: now + age.age) == age.isAlive)
        #expect(try await scratch.life(of: sign, at: now + age.age) == (age.isAlive ? .all : .none))
    }

    @Test(arguments: ["nothing", "end", "everything", "block", "another's", "expiry", "none"])
    func `a session in a client begins only while the browser's goes on`(happened: String) async throws {
        let browser = SignIn(Person(1), 1)
        if happened != "none" { try await scratch.begin(browser) }
        let inClient = Session(
            id: Session.ID("in-client"),
            subject: happened == "another's" ? SignIn(Person(2), 2).subject : browser.subject,
            client: Client.ID("app"),
            times: SessionTimes(
                startedAt: happened == "expiry" ? browser.expiry : now,
                lastSeenAt: now,
                expiry: browser.expiry + 60,
                idleLimit: 86_400
            ),
            isRemembered: false,
            origin: SessionOrigin(address: "192.0.2.7", userAgent: "browser"),
            grant: SessionGrant(
                browser: browser.id,
                authenticatedAt: now,
                scope: Scope(tokens: ["openid"]),
                claims: ClaimsRequest(),
                resources: [],
                isOffline: false
            )
        )
        switch happened {
        case "end": try await store.end(browser.id)
        case "everything": try await store.endAll(of: browser.subject, except: nil)
        case "block": _ = try await scratch.stores.accounts.setState(.blocked, of: Person(1).id)
        default: break
        }
        let token = TokenRecord(id: "token-in-client", expiry: now + 60)
        #expect(try await store.begin(inBrowser: inClient, tokens: [token]) == (happened == "nothing"))
        #expect((try store.session(ofToken: token.id, at: now) != nil) == (happened == "nothing"))
        guard happened == "nothing" else { return }
        try await store.end(browser.id)
        #expect(try store.session(ofToken: token.id, at: now) == nil, "it ends with the browser's")
    }

    @Test func `a token dies before its session`() async throws {
        let sign = SignIn(Person(1), 1)
        try await scratch.begin(sign)
        #expect(try await store.add([TokenRecord(id: "short", expiry: now + 60)], to: sign.id, at: now))
        #expect(try store.session(ofToken: "short", at: now + 59)?.session.id == sign.id)
        #expect(try store.session(ofToken: "short", at: now + 60) == nil)
        #expect(try store.session(sign.id, at: now + 60) != nil)
    }

    @Test func `a session that is over gets no tokens, and none of several is filed`() async throws {
        let sign = SignIn(Person(1), 1)
        try await scratch.begin(sign)
        #expect(try await store.end(sign.id, of: sign.subject))
        let tokens = ["a", "b"].map { TokenRecord(id: $0, expiry: now + 60) }
        #expect(try await store.add(tokens, to: sign.id, at: now) == false)
        #expect(try await store.add([], to: sign.id, at: now) == false)
        #expect(try scratch.count("issued_token") == 1)
    }

    @Test func `a session of nobody is not begun`() async throws {
        await #expect(throws: DatabaseError.self) { try await scratch.begin(SignIn(Person(3), 1)) }
        #expect(try scratch.count("session") == 0)
        #expect(try scratch.count("issued_token") == 0)
    }

    @Test func `ending kills one session with its tokens, once, and only its owner's`() async throws {
        let signs = [SignIn(Person(1), 1), SignIn(Person(1), 2), SignIn(Person(2), 3)]
        for sign in signs { try await scratch.begin(sign) }
        #expect(try await store.end(signs[0].id, of: signs[2].subject) == false)
        #expect(try store.session(signs[0].id, at: now) != nil)
        #expect(try await store.end(signs[0].id, of: signs[0].subject))
        #expect(try await store.end(signs[0].id, of: signs[0].subject) == false)
        #expect(try await scratch.life(of: signs[0]) == .none)
        for sign in signs[1...] { #expect(try await scratch.life(of: sign) == .all) }
    }

    @Test(arguments: [false, true])
    func `ending all keeps the current one and other people's`(keepsOne: Bool) async throws {
        let signs = [SignIn(Person(1), 1), SignIn(Person(1), 2), SignIn(Person(2), 3)]
        for sign in signs { try await scratch.begin(sign) }
        try await store.endAll(of: signs[0].subject, except: keepsOne ? signs[0].id : nil)
        #expect(try await scratch.life(of: signs[0]) == (keepsOne ? .all : .none))
        #expect(try await scratch.life(of: signs[1]) == .none)
        #expect(try await scratch.life(of: signs[2]) == .all)
    }

    @Test func `sessions are listed newest first`() async throws {
        for number in 1...3 {
            var sign = SignIn(Person(1), number)
            sign.startedAt = now - Int64([20, 0, 10][number - 1])
            try await scratch.begin(sign)
        }
        let listed = try store.sessions(of: Subject.ID(Person(1).id.description), at: now).map(\.id.description)
        #expect(listed == ["session-2", "session-3", "session-1"])
    }

    @Test func `use keeps a session alive and is written once a minute`() async throws {
        let sign = SignIn(Person(1), 1)
        try await scratch.begin(sign)
        for (seconds, seen) in [(30, 30), (50, 30), (89, 30), (90, 90), (80, 90)] as [(Int64, Int64)] {
            store.touch(sign.id, at: now + seconds)
            try await scratch.stores.database.write { _ in }
            #expect(try store.session(sign.id, at: now + seconds)?.session.lastSeenAt == now + seen)
        }
        #expect(try store.session(sign.id, at: now + 90 + 3599) != nil)
        #expect(try store.session(sign.id, at: now + 90 + 3600) == nil)
    }

    @Test func `a touch does not revive a session that was ended`() async throws {
        let sign = SignIn(Person(1), 1)
        try await scratch.begin(sign)
        #expect(try await store.end(sign.id, of: sign.subject))
        store.touch(sign.id, at: now + 70)
        try await scratch.stores.database.write { _ in }
        #expect(try await scratch.life(of: sign, at: now + 70) == .none)
    }

    @Test func `sessions survive a restart, ended ones stay ended`() async throws {
        let signs = [SignIn(Person(1), 1), SignIn(Person(1), 2)]
        for sign in signs { try await scratch.begin(sign) }
        #expect(try await store.end(signs[0].id, of: signs[0].subject))
        let again = try await scratch.reopened().sessions
        #expect(try again.session(signs[0].id, at: now) == nil)
        #expect(try again.session(ofToken: signs[1].token, at: now) != nil)
    }
}
