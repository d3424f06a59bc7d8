/// A change of an account that may also change its password, written as one.
package struct AccountRevision: Sendable {
    /// Does nothing but change its argument; may run more than once. What it throws undoes all.
    package let change: @Sendable (inout Account) throws -> Void
    /// The record of a new password: every session but `current` ends.
    package var password: String?
    /// The session that goes on after a change of the password.
    package var current: String?
    /// Whether the change is refused that would leave no active administrator.
    package var keepsAdministrator = false

    package init(_ change: @escaping @Sendable (inout Account) throws -> Void) {
        self.change = change
    }
}
