package import Accounts
import HTTPTypes
import JOSE
import OAuth
package import Provider

/// Joins the two halves of a sign-in: `Accounts` proves who somebody is, `Provider` begins the session.
package struct FaceSignIn: Sendable {
    private let passwords: any PasswordSignIn
    private let subjects: any SubjectStore
    package let sessions: Sessions

    package init(passwords: any PasswordSignIn, subjects: any SubjectStore, sessions: Sessions) {
        self.passwords = passwords
        self.subjects = subjects
        self.sessions = sessions
    }

    /// What became of a sign-in.
    package enum Outcome: Sendable {
        case signedIn(Account, SignInTokens)
        /// Wrong, or for an account that does not exist: nobody can tell.
        case wrong
        /// Wait this number of seconds.
        case limited(wait: Int64)
    }

    /// Signs in with a password. A blocked account gets the answer of a wrong password. Throws `PasswordError` and what the stores
    /// throw.
    package func signIn(
        _ identifier: AccountIdentifier,
        password text: String,
        plan: SignInPlan,
        _ request: EndpointRequest
    ) async throws -> Outcome {
        guard let password = Password(typed: text) else { return .wrong }
        switch try await passwords.signIn(identifier, password: password, from: request.clientNetwork) {
        case .wrong, .blocked: return .wrong
        case .limited(let wait): return .limited(wait: wait)
        case .signedIn(let account):
            let id = Subject.ID(account.id.description)
            guard let subject = try await subjects.subject(id) else { return .wrong }
            let origin = SessionOrigin(address: request.clientAddress, userAgent: request.fields[.userAgent] ?? "")
            let tokens = try await sessions.begin(for: id, generation: subject.generation, plan: plan, origin: origin)
            return .signedIn(account, tokens)
        }
    }
}
