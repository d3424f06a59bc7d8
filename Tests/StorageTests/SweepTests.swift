import Accounts
import JOSE
import Storage
import Testing

struct SweepTests {
    private let scratch: ScratchStores
    private var now: Timestamp { scratch.now }

    init() async throws {
        scratch = try await ScratchStores()
    }

    @Test func `what has expired goes and nothing else`() async throws {
        let stores = scratch.stores
        for (number, age) in [(1, ScratchStores.day), (2, ScratchStores.day - 1)] {
            try await scratch.ask(Asking(number: number, email: "a@example.org", createdAt: now - age))
        }
        for (fingerprint, seconds) in [(1, 0), (2, 1)] as [(UInt64, Int64)] {
            try await stores.replays.keep(fingerprint, until: now + seconds)
            try await stores.revocations.revoke("\(fingerprint)", until: now + seconds)
        }
        for (number, age) in [(10, 3601), (11, 3600)] as [(Int, Int64)] {
            let asking = Asking(number: number, email: Person(number).email, createdAt: now - age)
            try await scratch.verify(asking)
            let request = Person(number).request(asking, at: now - age)
            #expect(try await stores.registrations.register(request) == .registered)
        }
        #expect(try await stores.sweep(at: now) == 4)
        #expect(try scratch.count("email_verification") == 3)
        #expect(try scratch.count("kept_assertion") == 1)
        #expect(try scratch.count("revoked_token") == 1)
        #expect(try scratch.count("registration_event") == 1)
        #expect(try scratch.count("account") == 2)
        #expect(!stores.revocations.isRevoked("1") && stores.revocations.isRevoked("2"))
        #expect(try await stores.sweep(at: now) == 0)
    }

    @Test func `an expired verification that still counts towards the limit stays`() async throws {
        try await scratch.register(Person(1))
        #expect(try await scratch.stores.accounts.delete(Person(1).id))
        #expect(try await scratch.stores.sweep(at: now + 3600) == 0)
        #expect(try await scratch.stores.sweep(at: now + 3601) == 2)
    }

    @Test func `sessions and their tokens go when they have expired, used and ended ones not before`() async throws {
        try await scratch.register(Person(1))
        for (number, lifetime) in [(1, 60), (2, 7200)] as [(Int, Int64)] {
            var sign = SignIn(Person(1), number)
            sign.lifetime = lifetime
            try await scratch.begin(sign)
            _ = try await scratch.life(of: sign)
            #expect(try await scratch.stores.sessions.end(sign.id, of: sign.subject))
        }
        #expect(try await scratch.stores.sweep(at: now + 59) == 0)
        #expect(try await scratch.stores.sweep(at: now + 60) == 4)
        #expect(try scratch.count("session") == 1 && scratch.count("issued_token") == 1)
        #expect(try scratch.count("refresh_token") == 2)
    }

    @Test func `many rows go in several writes`() async throws {
        try await scratch.stores.database.write { connection in
            for number in 0..<1700 {
                try connection.execute("INSERT INTO kept_assertion VALUES ($1, 1)", [.integer(Int64(number))])
            }
        }
        #expect(try await scratch.stores.sweep(at: now) == 1700)
        #expect(try scratch.count("kept_assertion") == 0)
    }
}
