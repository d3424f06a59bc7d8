import Accounts
import Cryptography
import JOSE
import OAuth
import Provider
import Storage
import Testing

/// What happens between the moment when a code is taken and the one when the session that comes of it begins: two writes, by two requests,
/// so anything may.
struct CodeSessionTests {
    private let scratch: ScratchStores
    private let browser = SignIn(Person(1), 1)
    private let client = Client.ID("app")
    private var stores: Stores { scratch.stores }
    private var now: Timestamp { scratch.now }
    private let id = ULID(milliseconds: 1_800_000_000_000, random: [UInt8](repeating: 3, count: 10))
    private let digest = [UInt8](repeating: 4, count: 32)

    init() async throws {
        scratch = try await ScratchStores()
        for number in 1...2 { try await scratch.register(Person(number)) }
        try await scratch.begin(browser)
        let generation = try #require(try stores.subjects.subject(browser.subject)).generation
        try await stores.codes.file(
            AuthorizationCode(
                id: id,
                digest: digest,
                client: client,
                person: AuthorizationCode.Person(
                    subject: browser.subject,
                    generation: generation,
                    session: browser.id,
                    authenticatedAt: now
                ),
                terms: AuthorizationCode.Terms(
                    redirectURI: "https://app.example/callback",
                    scope: Scope(tokens: ["openid", "offline_access"]),
                    nonce: nil,
                    codeChallenge: nil,
                    claims: ClaimsRequest(),
                    resources: []
                ),
                expiry: now + 60
            )
        )
    }

    /// The session that is to come of the code.
    private func session(isOffline: Bool) -> Session {
        Session(
            id: Session.ID("of the code"),
            subject: browser.subject,
            client: client,
            times: SessionTimes(startedAt: now, lastSeenAt: now, expiry: now + 3600, idleLimit: 3600),
            isRemembered: isOffline,
            origin: SessionOrigin(address: "192.0.2.7", userAgent: "browser"),
            grant: SessionGrant(
                browser: browser.id,
                authenticatedAt: now,
                scope: Scope(tokens: ["openid", "offline_access"]),
                claims: ClaimsRequest(),
                resources: [],
                isOffline: isOffline
            )
        )
    }

    private func take() async throws -> Taking {
        try await stores.codes.take(id, digest: digest, for: session(isOffline: false).id, at: now)
    }

    /// Begins the session of the code, with a token and a refresh token; whether it did.
    private func begin(isOffline: Bool) async throws -> Bool {
        let refresh = SignIn.successor(9, 9, expiry: now + 3600)
        return try await stores.sessions.begin(
            session(isOffline: isOffline),
            tokens: [TokenRecord(id: "token of the code", expiry: now + 60)],
            refresh: refresh
        )
    }

    /// Whether anything of the session of the code is alive.
    private var isAlive: Bool {
        get throws {
            try stores.sessions.session(session(isOffline: false).id, at: now) != nil
                || stores.sessions.session(ofToken: "token of the code", at: now) != nil
                || stores.refreshTokens.session(of: SignIn.refresh(9, 9), at: now) != nil
        }
    }

    enum Event: CaseIterable, Sendable {
        case browserEnded, browserEndedByOwner, allEnded, blocked, blockedAndUnblocked, deleted, passwordChanged
        case codeReused, consentRevoked
    }

    private func happen(_ event: Event) async throws {
        let (sessions, accounts, person) = (stores.sessions, stores.accounts, Person(1).id)
        switch event {
        case .browserEnded: try await sessions.end(browser.id)
        case .browserEndedByOwner: #expect(try await sessions.end(browser.id, of: browser.subject))
        case .allEnded: try await sessions.endAll(of: browser.subject, except: nil)
        case .blocked: #expect(try await accounts.setState(.blocked, of: person))
        case .blockedAndUnblocked:
            #expect(try await accounts.setState(.blocked, of: person))
            #expect(try await accounts.setState(.active, of: person))
        case .deleted: #expect(try await accounts.delete(person))
        case .passwordChanged:
            #expect(try await accounts.setPassword("new", of: person, endsOthers: true, except: nil, at: now))
        case .codeReused:
            guard case .reused = try await take() else { return #expect(Bool(false), "the second use is seen") }
        case .consentRevoked: _ = try await stores.consents.revoke(client, of: browser.subject)
        }
    }

    @Test(arguments: Event.allCases, [false, true])
    func `CD-11 a code that was taken before its person left begins nothing that lives`(
        event: Event,
        isOffline: Bool
    ) async throws {
        guard case .taken = try await take() else { return #expect(Bool(false), "the code is taken") }
        try await happen(event)
        let isBegun = try await begin(isOffline: isOffline)
        // One caller must be told something: these two are answered with tokens that are dead.
        #expect(isBegun == [.codeReused, .consentRevoked].contains(event))
        #expect(try !isAlive)
        if !isBegun {
            for (table, count) in [("session", 1), ("issued_token", 1), ("refresh_token", 1)] as [(String, Int64)] {
                #expect(try scratch.count(table) == (event == .deleted ? 0 : count), "\(table)")
            }
        }
    }

    @Test(arguments: Event.allCases, [false, true])
    func `CD-11 what began just before that is over with it, but for offline access when the browser alone was left`(
        event: Event,
        isOffline: Bool
    ) async throws {
        guard case .taken = try await take() else { return #expect(Bool(false), "the code is taken") }
        #expect(try await begin(isOffline: isOffline))
        #expect(try isAlive, "the control: with nothing in between it lives")
        try await happen(event)
        let leavesBrowserAlone: [Event] = [.browserEnded, .browserEndedByOwner]
        #expect(try isAlive == (isOffline && leavesBrowserAlone.contains(event)))
    }

    @Test func `CD-11 what happens to another person or another browser does not matter`() async throws {
        let (own, other) = (SignIn(Person(1), 2), SignIn(Person(2), 3))
        for sign in [own, other] { try await scratch.begin(sign) }
        guard case .taken = try await take() else { return #expect(Bool(false), "the code is taken") }
        try await stores.sessions.end(own.id)
        try await stores.sessions.endAll(of: other.subject, except: nil)
        #expect(try await begin(isOffline: false))
        #expect(try isAlive)
    }

    @Test func `CD-11 of an end and a beginning at once, whichever is first, nothing lives on`() async throws {
        guard case .taken = try await take() else { return #expect(Bool(false), "the code is taken") }
        async let isBegun = begin(isOffline: false)
        async let isEnded = stores.sessions.end(browser.id, of: browser.subject)
        _ = try await (isBegun, isEnded)
        #expect(try !isAlive)
    }
}
