package import Cryptography
import JOSE
import PASETO

/// The token in the link of a first mail: PASETO v4.local around the one-time token that decides, so that what travels is of the face's
/// own making and names no row.
package struct ActivationLink: Sendable {
    private static let assertion = Array("users/register/verify".utf8)
    private let key: LocalKey
    private let random: any RandomSource

    /// `key` is 32 bytes. Throws what `LocalKey` throws.
    package init(key: [UInt8], random: any RandomSource) throws {
        self.key = try LocalKey(key)
        self.random = random
    }

    /// The path of the link, with the sealed token. Throws `PASETOError`.
    package func path(_ token: String) throws -> String {
        let message = JSON.object(["token": .string(token)]).encoded()
        let sealed = try LocalToken.encrypt(message, key: key, implicitAssertion: Self.assertion, random: random)
        return "/users/register/verify?token=\(sealed)"
    }

    /// The one-time token, or nil when `text` was not sealed here for this.
    func open(_ text: String) -> String? {
        guard let token = try? LocalToken(parsing: text),
            let message = try? token.decrypt(with: key, implicitAssertion: Self.assertion)
        else { return nil }
        return (try? JSONObject.parse(message))?["token"]?.stringValue
    }
}
