package import Cryptography

/// An encrypted token in compact form (RFC 7516 §7.1), taken apart.
package struct JWE: Sendable {
    /// The name of the key, where the header has one.
    package let kid: String?
    /// The `cty` header as written: what is inside.
    package let contentType: String?
    package let algorithm: JWEAlgorithm
    package let encryption: ContentEncryption

    private let header: JSONObject
    private let additionalData, encryptedKey, vector, sealed: [UInt8]

    /// Takes a compact token apart: exactly five base64url segments; refused are `crit`, `zip`, keys brought along and algorithms
    /// that are none of ours. `limit` is in bytes.
    package init(parsing compact: String, limit: Int = 16_384) throws(JOSEError) {
        let segments = try CompactSegments(compact, "JWE", limit: limit).texts
        guard segments.count == 5 else { throw Self.malformed }
        let parts = segments.map { Base64URL.decode(String(decoding: $0, as: UTF8.self)) }
        guard let head = parts[0], let key = parts[1], let vector = parts[2], let text = parts[3], let tag = parts[4],
            tag.count == ContentEncryption.tagSize
        else { throw Self.malformed }
        do throws(JSONError) { header = try JSONObject.parse(head) } catch { throw JOSEError(.header, error) }
        for member in ["crit", "zip", "jku", "jwk", "x5u", "x5c"] where header[member] != nil {
            throw JOSEError(.critical, "JWE header", expected: "no \(member)", seen: "one")
        }
        let header = self.header
        let (alg, enc, kid, cty) = try reading(.header) { () throws(JSONError) in
            (try header.string("alg"), try header.string("enc"), try header.string("kid"), try header.string("cty"))
        }
        guard let algorithm = alg.flatMap(JWEAlgorithm.init(rawValue:)),
            let encryption = enc.flatMap(ContentEncryption.init(rawValue:))
        else {
            throw JOSEError(.algorithm, "alg and enc headers", expected: "known ones", seen: FailedCheck.excerpt(alg))
        }
        (self.algorithm, self.encryption, self.kid, contentType) = (algorithm, encryption, kid, cty)
        additionalData = Array(segments[0])
        (encryptedKey, self.vector, sealed) = (key, vector, text + tag)
    }

    /// The content. Every failure is the same error, whatever it was that did not fit; under RSA a key that cannot be read is
    /// replaced by a random one, so that its failure takes the same way (RFC 7516 §11.5).
    package func decrypt(with key: PrivateKey, random: any RandomSource) throws(JOSEError) -> [UInt8] {
        guard algorithm.suits(key.kind) else { throw Self.unreadable }
        do {
            let contentKey: [UInt8]
            switch algorithm {
            case .rsaOAEP256:
                let opened = try? key.decryptedOAEP(encryptedKey)
                contentKey =
                    opened.flatMap { $0.count == encryption.keySize ? $0 : nil } ?? random.bytes(encryption.keySize)
            case .ecdhES: contentKey = try agreedKey(with: key)
            }
            return try encryption.unseal(sealed, key: contentKey, vector: vector, additionalData: additionalData)
        } catch {
            throw Self.unreadable
        }
    }

    private func agreedKey(with key: PrivateKey) throws -> [UInt8] {
        guard encryptedKey.isEmpty, let ephemeral = try header.object("epk"), ephemeral["d"] == nil else {
            throw Self.unreadable
        }
        let parties = [try header.string("apu"), try header.string("apv")].map { $0.map(Base64URL.decode) ?? [] }
        guard let partyU = parties[0], let partyV = parties[1] else { throw Self.unreadable }
        return ConcatKDF.key(
            secret: try key.sharedSecret(with: JWKFields(ephemeral).publicKey()),
            algorithm: encryption.rawValue,
            partyU: partyU,
            partyV: partyV,
            size: encryption.keySize
        )
    }

    private static let malformed = JOSEError(
        .malformed,
        "JWE segments",
        expected: "five in base64url",
        seen: "something else"
    )
    private static let unreadable = JOSEError(
        .key,
        "JWE decryption",
        expected: "a token encrypted for this key",
        seen: "another, or a changed one"
    )
}

extension JWE {
    /// The compact token with `content` for the owner of `recipient`. `contentType` is `JWT` for a token inside a token
    /// (RFC 7519 §5.2). Throws `key` only if OpenSSL fails.
    package static func encrypt(
        _ content: [UInt8],
        for recipient: EncryptionKey,
        by encryption: ContentEncryption,
        contentType: String? = nil,
        random: any RandomSource
    ) throws(JOSEError) -> String {
        var header: JSONObject = [
            "alg": .string(recipient.algorithm.rawValue), "enc": .string(encryption.rawValue),
        ]
        if let kid = recipient.kid { header["kid"] = .string(kid) }
        if let contentType { header["cty"] = .string(contentType) }
        do {
            let contentKey: [UInt8]
            var encryptedKey: [UInt8] = []
            switch recipient.algorithm {
            case .rsaOAEP256:
                contentKey = random.bytes(encryption.keySize)
                encryptedKey = try recipient.key.encryptedOAEP(contentKey)
            case .ecdhES:
                let ephemeral = try PrivateKey.generate(recipient.key.kind)
                header["epk"] = .object(ephemeral.publicKey.toPublicJSON())
                contentKey = ConcatKDF.key(
                    secret: try ephemeral.sharedSecret(with: recipient.key),
                    algorithm: encryption.rawValue,
                    partyU: [],
                    partyV: [],
                    size: encryption.keySize
                )
            }
            let head = Base64URL.encode(header.encoded())
            let vector = random.bytes(encryption.vectorSize)
            let sealed = try encryption.seal(content, key: contentKey, vector: vector, additionalData: Array(head.utf8))
            let tag = sealed.suffix(ContentEncryption.tagSize)
            return [
                head, Base64URL.encode(encryptedKey), Base64URL.encode(vector),
                Base64URL.encode(Array(sealed.dropLast(tag.count))), Base64URL.encode(Array(tag)),
            ].joined(separator: ".")
        } catch {
            throw JOSEError(.key, "encryption", expected: "a token", seen: "\(error)")
        }
    }
}
