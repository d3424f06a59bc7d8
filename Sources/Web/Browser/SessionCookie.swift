package import Cryptography
import HTTPTypes
package import JOSE
import PASETO
import Provider

/// The cookie that leads a browser to its session: a PASETO v4.local token with the session's id, so that nobody can make one up,
/// read one, or use one cookie in the place of another.
package struct SessionCookie: Sendable {
    /// What the cookie says.
    struct Contents: Sendable {
        let session: Session.ID
        /// Only where the person asked to be remembered.
        let account: Subject.ID?
        let expiry: Timestamp
    }

    let name: String
    private let key: LocalKey
    private let random: any RandomSource
    private let now: @Sendable () -> Timestamp

    /// `key` is 32 bytes. The tokens of one name are good under that name alone. Throws what `LocalKey` throws.
    package init(
        _ name: String,
        key: [UInt8],
        random: any RandomSource,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        self.name = name
        self.key = try LocalKey(key)
        self.random = random
        self.now = now
    }

    /// Whether the request carries the cookie at all, good or not.
    func isPresent(in request: EndpointRequest) -> Bool { RequestCookies(request.fields)[name] != nil }

    /// What the request's cookie says, or nil when there is none that was made here and has not reached its end.
    func contents(of request: EndpointRequest) -> Contents? {
        guard let text = RequestCookies(request.fields)[name], let token = try? LocalToken(parsing: text),
            let message = try? token.decrypt(with: key, implicitAssertion: Array(name.utf8)),
            let claims = try? JSONObject.parse(message),
            let session = claims["session_uuid"]?.stringValue, let end = claims["exp"]?.integerValue
        else { return nil }
        let contents = Contents(
            session: Session.ID(session),
            account: claims["user_id"]?.stringValue.map { Subject.ID($0) },
            expiry: Timestamp(seconds: end)
        )
        return now() < contents.expiry ? contents : nil
    }

    /// The field that sets the cookie: until the browser is closed or, where the account is in it, until its end. Throws
    /// `PASETOError`.
    func field(_ contents: Contents) throws -> HTTPField {
        var claims: JSONObject = [
            "session_uuid": .string(contents.session.description), "exp": .integer(contents.expiry.seconds),
        ]
        if let account = contents.account { claims["user_id"] = .string(account.description) }
        let token = try LocalToken.encrypt(
            JSON.object(claims).encoded(),
            key: key,
            implicitAssertion: Array(name.utf8),
            random: random
        )
        let lifetime = contents.account == nil ? nil : max(0, contents.expiry.seconds - now().seconds)
        return SetCookie(name, token, lifetime: lifetime).field
    }

    /// The field that takes the cookie away.
    var cleared: HTTPField { SetCookie.cleared(name).field }
}
