import Accounts
import JOSE
import Pages

/// What is typed into the fields of an account, read. Each throws what is wrong with it.
extension FormProblem {
    /// A password to set, out of the field `id`.
    static func password(_ text: String?, in id: String) throws(FormProblem) -> Password {
        do throws(PasswordRule) {
            return try Password(new: text ?? "")
        } catch {
            throw .field(id, error.text, expected: "one that \(error.explanation)")
        }
    }

    /// A name for display, out of the field `name`.
    static func name(_ text: String?) throws(FormProblem) -> String {
        do throws(DisplayName.Rule) {
            return try DisplayName(text ?? "").description
        } catch .empty {
            throw .field("name", Text(.typeName), expected: "some text")
        } catch {
            throw .field(
                "name",
                Text(.nameRule, [.limit: .number(DisplayName.limit)]),
                expected: "at most \(DisplayName.limit) printable characters"
            )
        }
    }

    /// An address, out of the field `email`.
    static func email(_ text: String?) throws(FormProblem) -> EmailAddress {
        if let email = EmailAddress(text?.trimmed ?? "") { return email }
        throw .field("email", Text(.typeEmail), expected: "an address")
    }

    /// A name to sign in with, out of the field `username`.
    static func username(_ text: String?) throws(FormProblem) -> Username {
        if let username = Username(text?.trimmed ?? "") { return username }
        throw .field(
            "username",
            Text(.usernameRule),
            expected: "such a name"
        )
    }
}

extension PasswordRule {
    fileprivate var text: Text {
        switch self {
        case .tooShort: Text(.passwordTooShort, [.minimum: .number(Password.minimum)])
        case .tooLong:
            Text(.passwordTooLong, [.limit: .number(Password.characterLimit), .bytes: .number(Password.byteLimit)])
        case .tooCommon: Text(.passwordTooCommon)
        }
    }
}
