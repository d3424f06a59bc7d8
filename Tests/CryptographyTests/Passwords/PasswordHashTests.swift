import Glibc
import Testing

@testable import Cryptography

struct PasswordHashTests {
    private struct FixedRandom: RandomSource {
        let byte: UInt8
        func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }
    }

    private static let password = Array("correct horse".utf8)
    private static let cheap = Argon2idParameters(memory: 64, passes: 1)
    private static let bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"

    private let hash = PasswordHash(parameters: cheap, random: SystemRandom())

    @Test func `a fresh record is right with its password alone`() throws {
        let record = try hash.record(of: PasswordHashTests.password)
        #expect(record.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"))
        #expect(try hash.verify(PasswordHashTests.password, against: record) == .right)
        for other in ["", "correct hors", "correct horse ", "Correct horse", "correct horse\0"] {
            #expect(try hash.verify(Array(other.utf8), against: record) == .wrong, "\(other)")
        }
    }

    @Test func `the salt is the random source's`() throws {
        let password = PasswordHashTests.password
        #expect(try hash.record(of: password) != hash.record(of: password))
        let fixed = PasswordHash(parameters: PasswordHashTests.cheap, random: FixedRandom(byte: 0))
        let made = try fixed.record(of: password)
        #expect(try made == fixed.record(of: password))
        #expect(made.contains("$" + String(repeating: "A", count: 22) + "$"))
    }

    @Test func `the recommended cost is OWASP's`() throws {
        let hash = PasswordHash(random: SystemRandom())
        let record = try hash.record(of: PasswordHashTests.password)
        #expect(record.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try hash.verify(PasswordHashTests.password, against: record) == .right)
    }

    @Test(arguments: [
        (64, 1, PasswordHash.Verdict.right), (65, 1, .rightButOutdated), (64, 2, .rightButOutdated),
        (32, 1, .right), (8, 1, .right),
    ])
    func `a record weaker than the parameters is outdated`(
        memory: Int,
        passes: Int,
        verdict: PasswordHash.Verdict
    ) throws {
        let record = try hash.record(of: PasswordHashTests.password)
        let parameters = Argon2idParameters(memory: memory, passes: passes)
        let later = PasswordHash(parameters: parameters, random: SystemRandom())
        #expect(try later.verify(PasswordHashTests.password, against: record) == verdict)
        #expect(try later.verify([], against: record) == .wrong)
    }

    /// Made by the reference implementation.
    @Test func `a short tag is outdated whatever the cost`() throws {
        let record = "$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$NYWCMKFvh/7Sspg4wf4t9g"
        let least = PasswordHash(parameters: Argon2idParameters(memory: 8, passes: 1), random: SystemRandom())
        #expect(try least.verify([], against: record) == .rightButOutdated)
        #expect(try least.verify([0x20], against: record) == .wrong)
        #expect(try least.verify([], against: least.record(of: [])) == .right)
    }

    @Test func `imported records are outdated when they are right`() throws {
        #expect(try hash.verify(Array("U*U".utf8), against: PasswordHashTests.bcrypt) == .rightButOutdated)
        #expect(try hash.verify(Array("U*V".utf8), against: PasswordHashTests.bcrypt) == .wrong)
        let salt = [UInt8](repeating: 7, count: 64)
        let made = try KeyDerivation.pbkdf2SHA512(
            PasswordHashTests.password,
            salt: Array(Hexadecimal.encode(salt).utf8),
            iterations: 10,
            size: 64
        )
        let record = try SeedPasswordRecord(
            hash: Hexadecimal.encode(made),
            salt: Hexadecimal.encode(salt),
            derivation: .pbkdf2SHA512(iterations: 10)
        )
        #expect(try hash.verify(PasswordHashTests.password, against: record.text) == .rightButOutdated)
        #expect(try hash.verify([], against: record.text) == .wrong)
    }

    @Test func `nobody's record takes no password`() throws {
        for password in [[], PasswordHashTests.password, [0], [UInt8](repeating: 0, count: 32)] {
            #expect(try hash.verify(password, against: nil) == .wrong)
            #expect(try hash.verify(password, against: "no record") == .wrong)
        }
    }

    @Test func `lengths are bounded in bytes and in code points`() throws {
        let (ascii, wide) = ([UInt8](repeating: 0x61, count: 128), Array(String(repeating: "😀", count: 128).utf8))
        for password in [ascii, wide] {
            #expect(PasswordHash.fits(password))
            let record = try hash.record(of: password)
            #expect(try hash.verify(password, against: record) == .right)
        }
        for password in [ascii + [0x61], wide + [0x80], wide + [0x61]] {
            #expect(!PasswordHash.fits(password))
            #expect(throws: CryptographyError.self) { try hash.record(of: password) }
            #expect(try hash.verify(password, against: nil) == .wrong)
        }
    }

    /// bcrypt would take the first 72 bytes of any length; the limit is checked first.
    @Test func `a password that does not fit is wrong for imported records too`() throws {
        let record = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"
        let right = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
        #expect(try hash.verify(right, against: record) == .rightButOutdated)
        let padded = right + [UInt8](repeating: 0x61, count: 56)
        #expect(try hash.verify(padded, against: record) == .rightButOutdated)
        #expect(try hash.verify(padded + [0x61], against: record) == .wrong)
    }

    /// Processor time of this thread, the least of several rounds, so that other tests count little; the control is a
    /// record of another kind.
    @Test func `an account that does not exist costs what one costs that does`() throws {
        let hash = PasswordHash(random: SystemRandom())
        let known = try hash.record(of: PasswordHashTests.password)
        let records = [known, nil, "no record", PasswordHashTests.bcrypt]
        var costs = [Double](repeating: .infinity, count: records.count)
        for _ in 0..<8 {
            for (index, record) in records.enumerated() {
                costs[index] = min(costs[index], try cost { _ = try hash.verify([1], against: record) })
            }
        }
        for cost in costs[1...2] { #expect(0.5...2 ~= cost / costs[0], "\(costs)") }
        #expect(!(0.5...2 ~= costs[3] / costs[0]), "\(costs)")
    }

    /// In nanoseconds.
    private func cost(_ body: () throws -> Void) rethrows -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
        }
        let start = now()
        try body()
        return now() - start
    }

    @Test func `many threads check at once`() async throws {
        let record = try hash.record(of: PasswordHashTests.password)
        let verdicts = try await withThrowingTaskGroup(of: PasswordHash.Verdict.self) { group in
            for index in 0..<64 {
                group.addTask {
                    switch index % 4 {
                    case 0: try hash.verify(PasswordHashTests.password, against: record)
                    case 1: try hash.verify([UInt8(index)], against: record)
                    case 2: try hash.verify(Array("U*U".utf8), against: PasswordHashTests.bcrypt)
                    default: try hash.verify(Array("U*V".utf8), against: PasswordHashTests.bcrypt)
                    }
                }
            }
            return try await group.reduce(into: [PasswordHash.Verdict: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(verdicts == [.right: 16, .rightButOutdated: 16, .wrong: 32])
    }
}
