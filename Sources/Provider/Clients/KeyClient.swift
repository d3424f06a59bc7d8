import Cryptography
import JOSE
import OAuth

/// The client that every registered key is: its id is the RFC 9278 URN of its RFC 7638 thumbprint.
package enum KeyClient {
    private static let prefix = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"

    /// The id of the client that the key with this thumbprint is.
    package static func id(thumbprint: String) -> Client.ID {
        Client.ID(prefix + thumbprint)
    }

    /// The thumbprint in a key client's id, or nil for the id of another kind of client.
    package static func thumbprint(in id: Client.ID) -> String? {
        let text = id.description.utf8
        guard text.starts(with: prefix.utf8) else { return nil }
        return String(Substring(text.dropFirst(prefix.utf8.count)))
    }

    /// The thumbprint of a `public_key` parameter: SEC1 hex or a JWK as JSON text. Where the text can mean two keys, the one that
    /// suits `algorithm`. Throws `invalid_request`.
    static func thumbprint(of publicKey: String, for algorithm: JWS.Algorithm) throws(OAuthError) -> String {
        do throws(JOSEError) {
            let keys = try RegisteredKey.all(in: publicKey)
            guard case .signature(let algorithm) = algorithm else { return keys[0].thumbprint }
            return (keys.first { $0.jwk.suits(algorithm) } ?? keys[0]).thumbprint
        } catch {
            throw OAuthError(
                .invalidRequest,
                "\(.publicKey) must be a point on P-256 or secp256k1 in hexadecimal, or a JWK",
                error.failed
            )
        }
    }

    /// The client of a key that an account registered.
    static func client(of key: SubjectKey, registered: RegisteredKey, scope: Scope) -> Client {
        var client = Client(
            id: id(thumbprint: key.thumbprint),
            name: "key of \(key.subject.id)",
            authentication: .privateKeyJWT,
            credential: .keys(JWKSet([registered.jwk])),
            scope: scope
        )
        client.mustAnswerChallenge = true
        client.owner = key
        return client
    }
}
