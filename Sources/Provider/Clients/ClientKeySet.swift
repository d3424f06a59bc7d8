package import JOSE

/// The public keys of a client (RFC 7517 §5): those that it signs with, and those that tokens for it are encrypted for.
package struct ClientKeySet: Sendable {
    package let signing: JWKSet
    /// Every key, as far as it is public.
    let json: JSONObject

    /// The members of a key that are kept.
    private static let members: Set = ["kty", "crv", "x", "y", "n", "e", "use", "alg", "kid"]

    /// What a client registers: throws where a key that is not for encryption alone is no sound one for signatures, where a name is
    /// there twice, and for secret members.
    init(registered object: JSONObject) throws(JOSEError) {
        _ = try JWKSet(json: object, unusable: .skipped)
        let keys = object["keys"]?.arrayValue ?? []
        signing = try JWKSet(json: ["keys": .array(keys.filter { !Self.isForEncryption($0) })], unusable: .refused)
        json = Self.kept(keys)
    }

    /// What a client publishes, of which keys of kinds that this server does not know are passed over (RFC 7517 §5).
    init(published object: JSONObject) throws(JOSEError) {
        signing = try JWKSet(json: object, unusable: .skipped)
        json = Self.kept(object["keys"]?.arrayValue ?? [])
    }

    /// The key that tokens for the client are encrypted for by `algorithm`; nil when there is none.
    func recipient(for algorithm: JWEAlgorithm) -> EncryptionKey? { json.encryptionKey(for: algorithm) }

    var isEmpty: Bool { json["keys"] == [] }

    private static func isForEncryption(_ key: JSON) -> Bool { key.objectValue?["use"] == "enc" }

    private static func kept(_ keys: [JSON]) -> JSONObject {
        let objects = keys.compactMap(\.objectValue).map { key in
            key.names.filter(members.contains).reduce(into: JSONObject()) { $0[$1] = key[$1] }
        }
        return ["keys": .array(objects.map(JSON.object))]
    }
}
