import Cryptography
import JOSE
import Synchronization

/// The JWK Set of the server (RFC 7517 §5): encoded again only when the set of published keys changes.
final class KeySetDocument: Sendable {
    private let keys: SigningKeys
    /// Keys that tokens for the server are encrypted for, as they are published.
    private let others: [JSON]
    private let now: @Sendable () -> Timestamp
    private let encoded = Mutex<Encoded?>(nil)

    private struct Encoded: Sendable {
        let version: UInt64
        let document: CachedDocument
    }

    init(keys: SigningKeys, others: [JSON] = [], now: @escaping @Sendable () -> Timestamp) {
        self.keys = keys
        self.others = others
        self.now = now
    }

    func reply(to request: EndpointRequest) -> Reply {
        // Asked before the keys are, so that a fetch never counts for a key that came after it.
        let now = now()
        let published = keys.publishedKeys(at: now)
        keys.fetchers.note(request, at: now)
        let document = encoded.withLock { encoded in
            if let encoded, encoded.version == published.version { return encoded.document }
            let fresh = Self.encode(published.keys, others, maxAge: keys.rotation.lead)
            encoded = Encoded(version: published.version, document: fresh)
            return fresh
        }
        return document.reply(to: request)
    }

    static let operation = Operation(
        "readKeys",
        "The keys that sign tokens, and those that tokens for the server are encrypted for (RFC 7517 §5).",
        of: .documents
    )
    .publishing(
        "The key set.",
        .object(["keys": .array(of: .jwk)]),
        type: "application/jwk-set+json"
    )

    private static func encode(_ keys: [SigningKey], _ others: [JSON], maxAge: Int64) -> CachedDocument {
        let entries = keys.map { key in
            JSON.object(key.privateKey.publicKey.toPublicJSON(kid: key.kid, use: "sig", alg: key.algorithm))
        }
        return CachedDocument(
            json: ["keys": .array(entries + others)],
            contentType: "application/jwk-set+json",
            maxAge: maxAge
        )
    }
}
