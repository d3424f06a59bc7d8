package import Accounts
import HTTPTypes
import JOSE
import OAuth
package import Provider

/// Joins the two halves of a sign-in: `Accounts` proves who somebody is, `Provider` begins the session.
package struct FaceSignIn: Sendable {
    private let passwords: any PasswordSignIn
    package let sessions: Sessions

    package init(passwords: any PasswordSignIn, sessions: Sessions) {
        self.passwords = passwords
        self.sessions = sessions
    }

    /// What became of a sign-in.
    package enum Outcome: Sendable {
        case signedIn(Account, SignInTokens)
        /// Wrong, or for an account that does not exist: nobody can tell.
        case wrong
        /// The password is right; the link in the account's first mail was not followed yet.
        case notActivated
        /// Wait this number of seconds.
        case limited(wait: Int64)
    }

    /// Signs in with a password. A blocked account gets the answer of a wrong password, and so does one whose password was
    /// changed, or that was blocked or deleted, while this one was looked at. Throws `PasswordError` and what the stores
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
            return try await begin(account, plan: plan, request).map { .signedIn(account, $0) } ?? .wrong
        case .notActivated: return .notActivated
        }
    }

    /// Begins a session of an account that proved itself, in its generation of then; nil when its sign-ins were ended since. Throws
    /// what the stores throw.
    func begin(_ account: Account, plan: SignInPlan, _ request: EndpointRequest) async throws -> SignInTokens? {
        do {
            return try await sessions.begin(
                for: Subject.ID(account.id.description),
                generation: account.generation,
                plan: plan,
                origin: SessionOrigin(request)
            )
        } catch SessionError.invalid {
            return nil
        }
    }

    /// Asks for the password of somebody who is signed in already; failures count as those of a sign-in.
    func prove(_ account: Account.ID, _ password: Password, _ request: EndpointRequest) async throws -> SignInOutcome {
        try await passwords.signIn(.id(account), password: password, from: request.clientNetwork)
    }
}

extension SessionOrigin {
    /// Where a request comes from.
    init(_ request: EndpointRequest) {
        self.init(address: request.clientAddress, userAgent: request.fields[.userAgent] ?? "")
    }
}
