import Cryptography
import FoundationEssentials
import Glibc
import HTTPTypes
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@testable import Provider

/// A rotation as a running server does it: folder, key set and clock together.
struct KeyKeeperTests {
    private let provider: TestProvider
    private let folder: KeyFolder
    private let keeper: KeyKeeper
    private let first: SigningKey

    private var clock: MovableClock { provider.clock }
    private var keys: SigningKeys { provider.dependencies.keys }

    init() async throws {
        provider = try await TestProvider()
        folder = KeyFolder(provider.folder.path("keys"))
        try folder.prepare(random: provider.random)
        first = try folder.add(TestKey.known().privateKey, algorithm: .es256, at: provider.clock.now() - 86_400)
        keeper = Self.keeper(folder, provider.dependencies.keys, provider)
        try keeper.turn()
    }

    private static func keeper(_ folder: KeyFolder, _ keys: SigningKeys, _ provider: TestProvider) -> KeyKeeper {
        KeyKeeper(folder: folder, signing: keys, logger: provider.logger, now: provider.clock.now)
    }

    private func rotate(isUsedAtOnce: Bool = false) throws -> SigningKey {
        let key = try PrivateKey.generate(.ec(.p256))
        return try folder.add(key, algorithm: .es256, at: clock.now(), isUsedAtOnce: isUsedAtOnce)
    }

    /// Moves the clock, then lets the server have its turn.
    private func pass(_ seconds: Int64) throws {
        clock.advance(by: seconds)
        try keeper.turn()
    }

    private func fetch(from address: String = "192.0.2.1") async -> [String] {
        let reply = await provider.call(.get, "/oauth/jwks", headers: [.userAgent: "test"], from: address)
        return reply.json?["keys"]?.arrayValue?.compactMap { $0.objectValue?["kid"]?.stringValue } ?? []
    }

    private var history: String {
        String(
            decoding: FileManager.default.contents(atPath: provider.folder.path("keys/history.log")) ?? Data(),
            as: UTF8.self
        )
    }

    private var current: String? { try? keys.current(.es256, at: clock.now()).kid }

    @Test func `a new key is published at once and signs when the caches are gone`() async throws {
        let second = try rotate()
        try keeper.turn()
        #expect(Set(await fetch()) == [first.kid, second.kid])
        try pass(299)
        #expect(current == first.kid)
        _ = await fetch()
        try pass(1)
        #expect(current == second.kid)
        #expect(try folder.signingKeys().map(\.usedFrom) == [clock.now() - 86_700, clock.now()])
    }

    @Test func `a key that nobody published yet waits, however old it is`() async throws {
        let second = try rotate()
        try pass(1_000_000)
        #expect(current == first.kid)
        try pass(300)
        #expect(current == second.kid)
    }

    @Test func `a new key waits for everybody who is known to fetch`() async throws {
        _ = await fetch(from: "192.0.2.1")
        _ = await fetch(from: "192.0.2.2")
        clock.advance(by: 10)
        let second = try rotate()
        try keeper.turn()
        clock.advance(by: 1)
        _ = await fetch(from: "192.0.2.1")
        try pass(5000)
        #expect(current == first.kid)
        _ = await fetch(from: "192.0.2.2")
        try keeper.turn()
        #expect(current == second.kid)
        #expect(history.contains("\"event\":\"used\"") && history.contains("all 2 known fetchers have it"))
    }

    @Test func `the deadline ends the waiting, and the history says who had it`() async throws {
        _ = await fetch()
        clock.advance(by: 10)
        let second = try rotate()
        try keeper.turn()
        try pass(86_399)
        #expect(current == first.kid)
        try pass(1)
        #expect(current == second.kid)
        #expect(history.contains("the deadline is over; 0 of 1 known fetchers have it"))
    }

    @Test func `a replaced key leaves when its last token is dead`() async throws {
        let second = try rotate()
        try keeper.turn()
        try pass(300)
        let overlap = keys.rotation.overlap
        #expect(overlap == 43_260)
        try pass(overlap - 1)
        #expect(Set(await fetch()) == [first.kid, second.kid])
        // No turn is needed: the moment is known.
        clock.advance(by: 1)
        #expect(await fetch() == [second.kid])
        #expect(keys.key(first.kid, at: clock.now()) == nil)
    }

    @Test func `a restart forgets neither who fetched nor since when a key is out`() async throws {
        _ = await fetch(from: "192.0.2.2")
        clock.advance(by: 10)
        let second = try rotate()
        try keeper.turn()
        clock.advance(by: 200)
        let earlier = try #require(try folder.evidence())
        #expect(earlier.published[second.kid] == clock.now() - 200)
        #expect(earlier.fetchers.map(\.address) == ["192.0.2.2"])
        let restarted = SigningKeys(try folder.signingKeys(), rotation: keys.rotation, earlier: earlier)
        let keeper = Self.keeper(folder, restarted, provider)
        clock.advance(by: 100)
        try keeper.turn()
        #expect(try restarted.current(.es256, at: clock.now()).kid == first.kid)
        // The control: a server that knows of no fetcher does not wait for one.
        let ignorant = KeyEvidence(rotation: keys.rotation, published: earlier.published, fetchers: [])
        let hasty = SigningKeys(try folder.signingKeys(), rotation: keys.rotation, earlier: ignorant)
        try Self.keeper(folder, hasty, provider).turn()
        #expect(try hasty.current(.es256, at: clock.now()).kid == second.kid)
    }

    @Test func `in an emergency the new key signs and the old one is gone at the next turn`() async throws {
        let key = try TestKey.p256()
        try await provider.register(key)
        let client = TestClient(keyOfAccount: key)
        let old = try await provider.token(of: client)
        #expect(await provider.userinfo(old).status == 200)
        let second = try rotate(isUsedAtOnce: true)
        try folder.remove(first.kid)
        #expect(await provider.userinfo(old).status == 200)
        try keeper.turn()
        #expect(await fetch() == [second.kid])
        let new = try await provider.token(of: client)
        #expect(try JWS.kid(of: new) == second.kid)
        #expect(await provider.userinfo(new).status == 200)
        #expect(await provider.userinfo(old).error == "invalid_token")
    }

    @Test func `evidence that cannot be read is none, and evidence that others can read is refused`() async throws {
        let path = provider.folder.path("keys/fetches.json")
        #expect(try folder.evidence() != nil)
        try "{".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try folder.evidence() == nil)
        chmod(path, 0o644)
        #expect(throws: KeyFolderError.permissions(path: path, mode: "600")) { try folder.evidence() }
    }
}
