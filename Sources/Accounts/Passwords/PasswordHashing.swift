/// Hashes and checks passwords, a bounded number at a time, so that a flood of sign-ins cannot starve the rest.
package protocol PasswordHashing: Sendable {
    /// A record of `password`. Throws `PasswordError`.
    func hash(_ password: Password) async throws -> String

    /// Whether `password` is the one of `record`; nil costs as much as a record and answers `.wrong`. Throws `PasswordError.busy`.
    func verify(_ password: Password, against record: String?) async throws -> PasswordVerdict
}

package enum PasswordVerdict: Sendable, Equatable {
    case wrong
    case right
    /// Right, but the record is of an older kind or weaker: write a new one.
    case rightButOutdated
}

/// Why a password was not looked at.
package enum PasswordError: Error, Sendable, Equatable {
    /// Too many wait already; try again after this number of seconds.
    case busy(retryAfter: Int64)
    /// The hashing itself failed; for the log.
    case failed(String)
}
