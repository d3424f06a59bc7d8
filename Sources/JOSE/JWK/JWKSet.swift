package import Cryptography

/// A set of public keys (RFC 7517 §5).
package struct JWKSet: Sendable {
    /// What to do with a member that is no usable signature key.
    package enum Unusable: Sendable {
        /// Leave it out, as RFC 7517 §5 advises; for documents that others publish.
        case skipped
        /// Refuse the whole set; for what a client registers, who can be told.
        case refused
    }

    /// The usable keys in the order of the document.
    package let keys: [JWK]

    package init(_ keys: [JWK]) { self.keys = keys }

    /// Reads a set of at most 64 keys. Two members with the same `kid` are refused even where unusable ones are
    /// skipped, and so are secret members: whoever published them has a problem that must not pass in silence.
    package init(json: JSONObject, unusable: Unusable) throws(JOSEError) {
        let members = try reading(.key) { () throws(JSONError) in try json.array("keys") }
        guard let members, members.count <= 64 else {
            throw JOSEError(.key, "JWK set", expected: "an array of at most 64 keys", seen: "something else")
        }
        var (keys, names): ([JWK], Set<String>) = ([], [])
        for member in members {
            if let kid = member.objectValue?["kid"]?.stringValue, !names.insert(kid).inserted {
                throw JOSEError(.key, "JWK set", expected: "each kid once", seen: FailedCheck.excerpt(kid))
            }
            if member.objectValue?["d"] != nil || member.objectValue?["k"] != nil {
                throw JOSEError(.key, "JWK set", expected: "public keys", seen: "a secret member")
            }
            do throws(JOSEError) {
                guard case .object(let object) = member else {
                    throw JOSEError(.key, "JWK set", expected: "an object", seen: member.typeName)
                }
                keys.append(try JWK(json: object))
            } catch {
                if unusable == .refused { throw error }
            }
        }
        self.keys = keys
    }

    /// The key with this name.
    package subscript(kid: String) -> JWK? { keys.first { $0.kid == kid } }

    /// The keys that may check a signature of `algorithm`: the one that `kid` names, or all that suit where the token
    /// names none.
    package func candidates(kid: String?, algorithm: SignatureAlgorithm) -> [JWK] {
        keys.filter { $0.suits(algorithm) && (kid == nil || $0.kid == kid) }
    }

    /// The document to publish.
    package func toPublicJSON() -> JSONObject {
        ["keys": .array(keys.map { .object($0.toPublicJSON()) })]
    }
}
