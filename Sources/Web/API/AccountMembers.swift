import Accounts
import HTTPTypes
import JOSE
import OAuth

/// What the bodies of several faces say of an account, each member checked in one place.
extension JSONBody {
    /// The `email`. Throws 400 when it is missing or no address.
    func email() throws(APIRefusal) -> EmailAddress { try Self.email(required("email")) }

    /// The `email`, or nil when there is none. Throws 400 when it is no address.
    func optionalEmail() throws(APIRefusal) -> EmailAddress? {
        guard let text = try optional("email") else { return nil }
        return try Self.email(text)
    }

    /// The `username`. Throws 400 when it is missing or no username.
    func username() throws(APIRefusal) -> Username { try Self.username(required("username")) }

    /// The `username`, or nil when there is none. Throws 400 when it is no username.
    func optionalUsername() throws(APIRefusal) -> Username? {
        guard let text = try optional("username") else { return nil }
        return try Self.username(text)
    }

    /// The `name`, for display. Throws 400 when it is missing, or none by the rules of `DisplayName`.
    func name() throws(APIRefusal) -> String {
        let text = try required("name")
        do throws(DisplayName.Rule) {
            return try DisplayName(text).description
        } catch .empty {
            throw APIRefusal(.badRequest, "Name cannot be empty", FailedCheck("name", expected: "text", seen: "none"))
        } catch {
            throw APIRefusal(
                .badRequest,
                "name must have at most 200 characters and no control characters",
                FailedCheck(
                    "name",
                    expected: "at most \(DisplayName.limit) printable characters",
                    seen: "\(text.count)"
                )
            )
        }
    }

    /// The `password`, to be set. Throws 400 when it is missing, or with the rule that it breaks.
    func newPassword() throws(APIRefusal) -> Password { try Self.newPassword(required("password")) }

    /// The `password`, to be set, or nil when there is none. Throws 400 with the rule that it breaks.
    func optionalNewPassword() throws(APIRefusal) -> Password? {
        guard let text = try optional("password") else { return nil }
        return try Self.newPassword(text)
    }

    private static func newPassword(_ text: String) throws(APIRefusal) -> Password {
        do throws(PasswordRule) {
            return try Password(new: text)
        } catch {
            throw APIRefusal(
                .badRequest,
                message(error),
                FailedCheck("password", expected: "a new one", seen: "\(error)")
            )
        }
    }

    private static func username(_ text: String) throws(APIRefusal) -> Username {
        if let username = Username(text) { return username }
        throw APIRefusal(
            .badRequest,
            "username must have 1 to 64 letters, digits, dots, hyphens or underscores",
            FailedCheck("username", expected: "1 to 64 such characters", seen: FailedCheck.excerpt(text))
        )
    }

    private static func message(_ rule: PasswordRule) -> WireText {
        switch rule {
        case .tooShort: "password must have at least 8 characters"
        case .tooLong: "password must have at most 128 characters and 512 bytes"
        case .tooCommon: "password is among the commonest passwords"
        }
    }

    private static func email(_ text: String) throws(APIRefusal) -> EmailAddress {
        if let email = EmailAddress(text) { return email }
        throw APIRefusal(
            .badRequest,
            "email must be an email address",
            FailedCheck("email", expected: "an address", seen: FailedCheck.excerpt(text))
        )
    }
}

extension Unicode.Scalar {
    /// Control and bidirectional-override characters, which make a text look like another.
    var isControl: Bool {
        properties.generalCategory == .control || properties.generalCategory == .format
    }
}
