import JOSE
import Provider
import Storage
import Testing

/// What must outlive the process.
struct SurvivalTests {
    private let scratch: ScratchStores
    private var now: Timestamp { scratch.now }

    init() async throws {
        scratch = try await ScratchStores()
    }

    @Test func `a revocation is seen at once and after a restart`() async throws {
        try await scratch.stores.revocations.revoke("a", until: now + 60)
        #expect(scratch.stores.revocations.isRevoked("a"))
        #expect(!scratch.stores.revocations.isRevoked("b"))
        let again = try await scratch.reopened()
        #expect(again.revocations.isRevoked("a"))
        #expect(!again.revocations.isRevoked("b"))
    }

    @Test func `a revocation that is not on disk is not claimed`() async throws {
        await scratch.stores.database.close()
        await #expect(throws: DatabaseError.self) {
            try await scratch.stores.revocations.revoke("a", until: now + 60)
        }
        #expect(!scratch.stores.revocations.isRevoked("a"))
    }

    @Test(arguments: [(60, 90), (90, 60)] as [(Int64, Int64)])
    func `a second revocation never shortens the first`(first: Int64, second: Int64) async throws {
        for seconds in [first, second] { try await scratch.stores.revocations.revoke("a", until: now + seconds) }
        try await scratch.stores.sweep(at: now + 89)
        #expect(scratch.stores.revocations.isRevoked("a"))
        let again = try await scratch.reopened()
        #expect(again.revocations.isRevoked("a"))
        try await again.sweep(at: now + 90)
        #expect(!again.revocations.isRevoked("a") && again.revocations.count == 0)
    }

    @Test(arguments: [0, 1, UInt64(Int64.max), UInt64(Int64.max) + 1, .max])
    func `a kept assertion survives a restart until it expires`(fingerprint: UInt64) async throws {
        try await scratch.stores.replays.keep(fingerprint, until: now + 60)
        try await scratch.stores.replays.keep(fingerprint, until: now + 30)
        let again = try await scratch.reopened()
        let kept = try again.replays.kept(at: now + 59)
        #expect(kept.map(\.fingerprint) == [fingerprint])
        #expect(kept.map(\.expiry) == [now + 60])
        #expect(try again.replays.kept(at: now + 60).isEmpty)
    }

    @Test func `an account and a waiting mail survive a restart`() async throws {
        try await scratch.register(Person(1))
        let again = try await scratch.reopened()
        #expect(try again.subjects.key(thumbprint: "thumbprint-1") != nil)
        #expect(try again.mails.due(at: now, limit: 9).count == 1)
    }
}
