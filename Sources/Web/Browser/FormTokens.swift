package import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider

/// Ties a form to the browser that it was shown in: only a page of ours can tell what to send along. A token is good for as long
/// as what it hangs on, so that forms in several tabs work.
package struct FormTokens: Sendable {
    /// What a token hangs on.
    enum Anchor: Sendable {
        /// The form cookie's value: nobody is signed in.
        case browser(String)
        /// `question` is what the form answers, where that must be what the person was shown.
        case session(Session.ID, question: String? = nil)

        fileprivate var text: String {
            switch self {
            case .browser(let value): "browser \(value)"
            case .session(let id, nil): "session \(id)"
            case .session(let id, let question?): "session \(id) question \(question)"
            }
        }
    }

    private static let cookieName = "__Host-martlet-form"
    /// 32 bytes in base64url.
    private static let cookieLength = 43

    private let key: [UInt8]
    private let random: any RandomSource

    /// `key` is 32 bytes, for this purpose alone.
    package init(key: [UInt8], random: any RandomSource) {
        self.key = key
        self.random = random
    }

    func token(_ anchor: Anchor) -> String {
        Base64URL.encode(HMAC.code(Array(anchor.text.utf8), key: key))
    }

    /// Throws 403 when `token` is not the one of `anchor`.
    func check(_ token: String?, _ anchor: Anchor?) throws(APIRefusal) {
        guard let token, let anchor, let code = Base64URL.decode(token),
            HMAC.verifies(code, message: Array(anchor.text.utf8), key: key)
        else {
            throw APIRefusal(
                .forbidden,
                "The form is too old, or was not made by this server; load its page again and send it once more",
                FailedCheck("form token", expected: "the one of this browser", seen: token == nil ? "none" : "another")
            )
        }
    }

    /// What forms hang on before sign-in, if the browser has been here.
    func browser(of request: EndpointRequest) -> Anchor? {
        guard let value = RequestCookies(request.fields)[Self.cookieName], value.utf8.count == Self.cookieLength else {
            return nil
        }
        return .browser(value)
    }

    /// The same for a browser that has not, and the cookie to give it.
    func newBrowser() -> (anchor: Anchor, cookie: HTTPField) {
        let value = Base64URL.encode(random.bytes(32))
        return (.browser(value), SetCookie(Self.cookieName, value).field)
    }
}
