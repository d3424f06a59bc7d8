import Cryptography
import JOSE
import OAuth

/// Encrypts what clients asked to get encrypted: ID tokens (OIDC Core §2) and userinfo (§5.3.2).
struct ClientEncryption: Sendable {
    let keys: ClientKeys
    let random: any RandomSource

    /// What clients may register.
    static let algorithms = JSON.strings(JWEAlgorithm.allCases.map(\.rawValue))
    static let contents = JSON.strings(ContentEncryption.allCases.map(\.rawValue))

    /// The key of `client` for `encryption`; nil where it asked for none. Throws `server_error` where it has none that fits.
    func recipient(_ client: Client, _ encryption: TokenEncryption?) async throws(OAuthError) -> TokenRecipient? {
        guard let encryption else { return nil }
        do throws(JOSEError) {
            let key = try await keys.recipient(of: client, for: encryption.algorithm)
            return TokenRecipient(key: key, content: encryption.content, random: random)
        } catch {
            throw OAuthError(
                .serverError,
                "the application registered encryption, and has no key that fits in its jwks or jwks_uri",
                error.failed
            )
        }
    }
}

/// A key of a client, and what is done with it.
struct TokenRecipient: Sendable {
    fileprivate let key: EncryptionKey
    fileprivate let content: ContentEncryption
    fileprivate let random: any RandomSource

    /// A signed token inside of an encrypted one (RFC 7519 §5.2).
    func seal(_ token: String) throws(JOSEError) -> String {
        try JWE.encrypt(Array(token.utf8), for: key, by: content, contentType: "JWT", random: random)
    }

    /// Claims that are not signed.
    func seal(_ claims: JSONObject) throws(JOSEError) -> String {
        try JWE.encrypt(claims.encoded(), for: key, by: content, random: random)
    }
}
