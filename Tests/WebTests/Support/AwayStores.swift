import Accounts
import JOSE
import OAuth
import Provider

/// A database that does not answer.
struct AwayError: TemporaryFailure {
    let isTemporary = true
}

/// A database that fails for good; its text must not reach a client.
struct BrokenError: Error, CustomStringConvertible {
    let description = "disk image is malformed at page 7"
}

/// Every store that a request needs, each throwing `error`.
struct FailingStores: ClientStore, SubjectStore, RevocationStore, RegistrationStore {
    let error: any Error

    func client(_ id: Client.ID) async throws -> Client? { throw error }
    func add(_ client: Client, at time: Timestamp) async throws { throw error }
    func register(_ client: Client, from network: String, limit: Int?, at time: Timestamp) async throws -> Timestamp? {
        throw error
    }
    func replace(_ client: Client) async throws -> Bool { throw error }
    func remove(_ id: Client.ID) async throws -> Bool { throw error }
    func subject(_ id: Subject.ID) async throws -> Subject? { throw error }
    func key(thumbprint: String) async throws -> SubjectKey? { throw error }
    func revoke(_ id: String, until expiry: Timestamp) async throws { throw error }
    func isRevoked(_ id: String) async throws -> Bool { throw error }
    func ask(
        _ verification: EmailVerification,
        mail: Mail,
        limits: AskingLimits?,
        since start: Timestamp
    ) async throws -> Timestamp? { throw error }
    func verify(tokenDigest: [UInt8], at now: Timestamp) async throws -> EmailAddress? { throw error }
    func isVerified(_ email: EmailAddress, at now: Timestamp) async throws -> Bool { throw error }
    func register(_ request: RegistrationRequest) async throws -> RegistrationOutcome { throw error }
}
