package import JOSE
import OAuth

/// How a token is encrypted (OIDC Registration §2).
package struct TokenEncryption: Sendable, Equatable {
    /// How the key gets to the reader.
    package let algorithm: JWEAlgorithm
    /// What the content is encrypted with.
    package let content: ContentEncryption

    package init(_ algorithm: JWEAlgorithm, _ content: ContentEncryption = .a128CBCHS256) {
        (self.algorithm, self.content) = (algorithm, content)
    }
}

extension MetadataReader {
    /// The encryption that two members name; nil when they name none. A128CBC-HS256 is what `enc` is when it is left out.
    func encryption(_ alg: ParameterName, _ enc: ParameterName) throws(OAuthError) -> TokenEncryption? {
        let algorithm = try choice(
            alg,
            JWEAlgorithm.allCases.map(\.rawValue),
            "an algorithm that this server encrypts by: RSA-OAEP-256 or ECDH-ES"
        )
        let content = try choice(
            enc,
            ContentEncryption.allCases.map(\.rawValue),
            "an encryption of this server: A128GCM, A256GCM or A128CBC-HS256"
        )
        guard let algorithm = algorithm.flatMap(JWEAlgorithm.init(rawValue:)) else {
            guard content == nil else { throw Self.refused(enc, "beside its alg", seen: "none") }
            return nil
        }
        return TokenEncryption(algorithm, content.flatMap(ContentEncryption.init(rawValue:)) ?? .a128CBCHS256)
    }
}

extension JSONObject {
    /// Writes what `encryption` reads.
    mutating func set(_ encryption: TokenEncryption?, _ alg: String, _ enc: String) {
        guard let encryption else { return }
        self[alg] = .string(encryption.algorithm.rawValue)
        self[enc] = .string(encryption.content.rawValue)
    }
}
