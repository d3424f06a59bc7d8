@testable import Accounts
import Cryptography
import Dispatch
import Synchronization
import TestSupport
import Testing

struct PasswordHashingPoolTests {
    private let hashing = PasswordHash(parameters: ScratchAccounts.cheap, random: SeededRandom())

    @Test func `a record is of its password`() async throws {
        let pool = PasswordHashingPool(hashing, threads: 2)
        let (right, wrong) = (try #require(Password(typed: "right one")), try #require(Password(typed: "wrong one")))
        let record = try await pool.hash(right)
        #expect(try await pool.verify(right, against: record) == .right)
        #expect(try await pool.verify(wrong, against: record) == .wrong)
        #expect(try await pool.verify(right, against: nil) == .wrong)
        let stronger = PasswordHashingPool(
            PasswordHash(parameters: Argon2idParameters(memory: 128, passes: 1), random: SeededRandom()),
            threads: 1
        )
        #expect(try await stronger.verify(right, against: record) == .rightButOutdated)
    }

    @Test func `many at once are all answered`() async throws {
        let pool = PasswordHashingPool(hashing, threads: 2)
        let password = try #require(Password(typed: "right one"))
        let record = try await pool.hash(password)
        let right = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 { group.addTask { try await pool.verify(password, against: record) == .right } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(right == 200)
    }

    @Test func `the line is bounded, and whoever finds it full is turned away`() {
        let threads = HashingThreads(count: 1, waitingLimit: 3)
        let (entered, opened, done) = (
            DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
        )
        threads.start()
        defer { threads.close() }
        #expect(
            threads.add {
                entered.signal()
                opened.wait()
            }
        )
        entered.wait()
        for _ in 0..<3 { #expect(threads.add { done.signal() }) }
        #expect(!threads.add { done.signal() })
        opened.signal()
        for _ in 0..<3 { done.wait() }
        #expect(threads.add { done.signal() })
        done.wait()
    }

    @Test func `who is turned away is told when to come again`() async throws {
        let pool = PasswordHashingPool(hashing, threads: 1, waitingLimit: 0)
        let password = try #require(Password(typed: "right one"))
        await #expect(throws: PasswordError.busy(retryAfter: 2)) { try await pool.verify(password, against: nil) }
        await #expect(throws: PasswordError.busy(retryAfter: 2)) { try await pool.hash(password) }
    }

    @Test func `what waits when the pool goes is still done`() {
        let threads = HashingThreads(count: 2, waitingLimit: 50)
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<50 { #expect(threads.add { done.signal() }) }
        threads.start()
        threads.close()
        for _ in 0..<50 { done.wait() }
        #expect(!threads.add {})
    }
}
