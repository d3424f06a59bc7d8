/// A person proves who they are with a password.
package protocol PasswordSignIn: Sendable {
    /// The account that `identifier` and `password` prove, or why not. Counts failures; answers and timing do not tell whether the
    /// account exists. Throws `PasswordError` and what the store throws.
    func signIn(_ identifier: AccountIdentifier, password: Password, from address: String) async throws -> SignInOutcome
}

package enum SignInOutcome: Sendable {
    /// The account as it was before its password was looked at: a session begins in that generation or not at all.
    case signedIn(Account)
    /// No such account, no password, or another one.
    case wrong
    /// The password is right, the account is blocked.
    case blocked(Account)
    /// The password is right, the link in the account's first mail was not followed yet.
    case notActivated(Account)
    /// Too many failures; wait this number of seconds.
    case limited(wait: Int64)
}
