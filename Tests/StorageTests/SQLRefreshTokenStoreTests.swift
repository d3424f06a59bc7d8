import Cryptography
import JOSE
import Provider
import Storage
import Testing

struct SQLRefreshTokenStoreTests {
    private static let grace: Int64 = 10

    private let scratch: ScratchStores
    private let sign = SignIn(Person(1), 1)
    private var store: SQLRefreshTokenStore { scratch.stores.refreshTokens }
    private var now: Timestamp { scratch.now }

    init() async throws {
        scratch = try await ScratchStores()
        try await scratch.register(Person(1))
        try await scratch.begin(sign)
    }

    private func rotate(_ token: RefreshToken, to number: Int, after seconds: Int64 = 0) async throws -> Rotation {
        let successor = SignIn.successor(2, number, expiry: now + 86_400)
        return try await store.rotate(token, to: successor, grace: Self.grace, at: now + seconds)
    }

    private func isAlive(after seconds: Int64 = 0) throws -> Bool {
        try scratch.stores.sessions.session(sign.id, at: now + seconds) != nil
    }

    @Test func `a chain of tokens goes on and on`() async throws {
        var token = sign.refresh
        for number in 1...20 {
            let rotation = try await rotate(token, to: number, after: Int64(number) * 60)
            token = SignIn.refresh(2, number)
            #expect(rotation.successor == token.id)
            #expect(rotation.live?.session.id == sign.id && rotation.live?.subject.id == sign.subject)
        }
    }

    @Test(arguments: [0, 1, 9] as [Int64])
    func `a retry within the grace gets the first successor and files none`(after: Int64) async throws {
        _ = try await rotate(sign.refresh, to: 1)
        #expect(try await rotate(sign.refresh, to: 2, after: after).successor == SignIn.refresh(2, 1).id)
        #expect(try scratch.count("refresh_token") == 2)
        #expect(try await rotate(SignIn.refresh(2, 2), to: 3, after: after).isInvalid)
        #expect(try isAlive())
    }

    @Test func `RT-03 a retry within the grace is none when the successor was used`() async throws {
        _ = try await rotate(sign.refresh, to: 1)
        _ = try await rotate(SignIn.refresh(2, 1), to: 2, after: 1)
        #expect(try await rotate(sign.refresh, to: 3, after: 2).isReused)
        #expect(try !isAlive(after: 2))
        #expect(try await rotate(SignIn.refresh(2, 2), to: 4, after: 2).isInvalid)
    }

    @Test(arguments: [10, 11, 3000] as [Int64])
    func `a reuse after the grace ends the session with all its tokens`(after: Int64) async throws {
        _ = try await rotate(sign.refresh, to: 1)
        #expect(try isAlive(after: after))
        let rotation = try await rotate(sign.refresh, to: 2, after: after)
        #expect(rotation.isReused && rotation.live?.session.id == sign.id)
        #expect(try !isAlive(after: after))
        #expect(try scratch.stores.sessions.session(ofToken: sign.token, at: now + after) == nil)
        #expect(try await rotate(SignIn.refresh(2, 1), to: 3, after: after).isInvalid)
    }

    static let bad: [(String, RefreshToken)] = [
        ("unknown", SignIn.refresh(9, 9)),
        ("another secret", RefreshToken(id: SignIn.refresh(1, 1).id, secret: [UInt8](repeating: 3, count: 48))),
        (
            "one bit less",
            RefreshToken(id: SignIn.refresh(1, 1).id, secret: [0] + [UInt8](repeating: 1, count: 47))
        ),
    ]

    @Test(arguments: bad.indices)
    func `a token that is not on file takes nothing`(index: Int) async throws {
        #expect(try await rotate(Self.bad[index].1, to: 1).isInvalid)
        #expect(try scratch.count("refresh_token") == 1)
        #expect(try await rotate(sign.refresh, to: 2).successor != nil)
    }

    @Test func `a wrong secret for a used token does not end the session`() async throws {
        _ = try await rotate(sign.refresh, to: 1)
        #expect(try await rotate(Self.bad[1].1, to: 2, after: 60).isInvalid)
        #expect(try isAlive(after: 60))
    }

    @Test func `a token expires`() async throws {
        let token = SignIn.refresh(5, 1)
        try await store.insert(token.id, digest: token.digest, session: sign.id, expiry: now + 60)
        #expect(try await rotate(token, to: 1, after: 60).isInvalid)
        #expect(try await rotate(token, to: 2, after: 59).successor != nil)
    }

    @Test func `used tokens survive a restart, so that their reuse is still seen`() async throws {
        _ = try await rotate(sign.refresh, to: 1)
        let again = try await scratch.reopened().refreshTokens
        let successor = SignIn.successor(2, 2, expiry: now + 86_400)
        #expect(try await again.rotate(sign.refresh, to: successor, grace: Self.grace, at: now + 60).isReused)
    }

    @Test func `only digests are on file`() async throws {
        let kept = try scratch.stores.database.read { connection in
            try connection.query("SELECT secret_digest FROM refresh_token") { try $0.blob(0) }
        }
        #expect(kept == [Hash.digest(sign.refresh.secret)])
    }
}
