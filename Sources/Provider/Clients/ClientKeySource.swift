import JOSE
package import OAuth

/// Where the public keys of a client are (RFC 7591 §2).
package enum ClientKeySource: Sendable {
    /// In its registration (`jwks`).
    case registered(ClientKeySet)
    /// At an address of its own (`jwks_uri`), https.
    case published(WebAddress)

    /// The keys that a registration names; nil when it names none.
    init?(_ reader: MetadataReader) throws(OAuthError) {
        let url = try reader.secureAddress("jwks_uri")
        guard let value = reader.value("jwks") else {
            guard let url else { return nil }
            self = .published(url)
            return
        }
        guard url == nil else { throw MetadataReader.refused("jwks_uri", "left out where there is jwks") }
        guard let object = value.objectValue, object["keys"]?.arrayValue != nil else {
            throw MetadataReader.refused("jwks", "a JWK Set")
        }
        let keys: ClientKeySet
        do throws(JOSEError) { keys = try ClientKeySet(registered: object) } catch {
            throw OAuthError(
                .invalidClientMetadata,
                "\("jwks" as ParameterName) must be public keys with names of their own, each for signatures and long enough",
                error.failed
            )
        }
        if keys.isEmpty { return nil }
        self = .registered(keys)
    }
}
