package import Cryptography

/// Hashes passwords on one thread of low priority a core: a flood of sign-ins takes what the rest leaves over. Who finds 256 others
/// in line is turned away at once.
package final class PasswordHashingPool: PasswordHashing {
    /// Seconds to wait when the line is full; it empties in about that time.
    private static let patience: Int64 = 2

    private let hashing: PasswordHash
    private let threads: HashingThreads

    /// - Parameters:
    ///   - threads: as many as there are cores when nil.
    ///   - waitingLimit: how many may wait, beyond those that are being hashed.
    package init(_ hashing: PasswordHash, threads: Int? = nil, waitingLimit: Int = 256) {
        self.hashing = hashing
        self.threads = HashingThreads(count: threads ?? coreCount(), waitingLimit: waitingLimit)
        self.threads.start()
    }

    deinit {
        threads.close()
    }

    package func hash(_ password: Password) async throws -> String {
        let hashing = hashing
        return try await run { () throws(CryptographyError) in try hashing.record(of: password.bytes) }
    }

    package func verify(_ password: Password, against record: String?) async throws -> PasswordVerdict {
        let hashing = hashing
        return try await run { () throws(CryptographyError) in
            switch try hashing.verify(password.bytes, against: record) {
            case .wrong: .wrong
            case .right: .right
            case .rightButOutdated: .rightButOutdated
            }
        }
    }

    private func run<Value: Sendable>(
        _ job: @escaping @Sendable () throws(CryptographyError) -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { caller in
            let isAdded = threads.add {
                do throws(CryptographyError) {
                    caller.resume(returning: try job())
                } catch {
                    caller.resume(throwing: PasswordError.failed("\(error)"))
                }
            }
            if !isAdded { caller.resume(throwing: PasswordError.busy(retryAfter: Self.patience)) }
        }
    }
}
