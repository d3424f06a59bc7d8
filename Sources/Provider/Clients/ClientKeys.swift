import Cryptography
import JOSE
import OAuth

/// The keys of clients, wherever they are: in the registration, or where the client publishes them.
struct ClientKeys: Sendable {
    private let published: PublishedKeys
    private let sealing: SealingKey

    init(_ dependencies: Dependencies) {
        published = PublishedKeys(dependencies.documents, now: dependencies.now)
        sealing = dependencies.sealing
    }

    /// Checks that `signed` was signed with `credential` of the client with this id.
    func verify(_ signed: JWS, by id: Client.ID, with credential: Client.Credential) async throws(JOSEError) {
        switch credential {
        case .keys(let keys):
            try Self.verify(signed, with: keys)
        case .publishedKeys(let url):
            try await verify(signed, by: id, keysAt: url)
        case .sealedSecret(let sealed):
            try signed.verify(sharedSecret: sealing.open(sealed, for: id))
        case .secretDigest:
            throw JOSEError(.key, FailedCheck("credential", expected: "keys", seen: "a secret"))
        case .none:
            throw JOSEError(.key, FailedCheck("credential", expected: "keys", seen: "none"))
        }
    }

    /// The key of `client` that tokens for it are encrypted for by `algorithm`. Throws when there is none.
    func recipient(of client: Client, for algorithm: JWEAlgorithm) async throws(JOSEError) -> EncryptionKey {
        let found: EncryptionKey?
        switch client.keySource {
        case .registered(let keys):
            found = keys.recipient(for: algorithm)
        case .published(let url):
            if let key = try await published.keys(at: url, of: client.id).recipient(for: algorithm) { return key }
            found = await published.renewedKeys(at: url, of: client.id)?.recipient(for: algorithm)
        case nil:
            found = nil
        }
        if let found { return found }
        throw JOSEError(
            .key,
            FailedCheck("encryption key", expected: "a key of \(client.id) for \(algorithm.rawValue)", seen: "none")
        )
    }

    /// With the client's published keys, and once more with those that may have come to the set since.
    private func verify(_ signed: JWS, by id: Client.ID, keysAt url: WebAddress) async throws(JOSEError) {
        let keys = try await published.keys(at: url, of: id)
        do throws(JOSEError) {
            try Self.verify(signed, with: keys.signing)
        } catch {
            guard let renewed = await published.renewedKeys(at: url, of: id) else { throw error }
            try Self.verify(signed, with: renewed.signing)
        }
    }

    /// Any registered key that the header names and the algorithm suits.
    private static func verify(_ signed: JWS, with keys: JWKSet) throws(JOSEError) {
        guard case .signature(let algorithm) = signed.algorithm else {
            throw JOSEError(.algorithm, FailedCheck("alg", expected: "one of the client's keys", seen: "HS256"))
        }
        let candidates = keys.candidates(kid: keys.keys.count == 1 ? nil : signed.kid, algorithm: algorithm)
        guard let last = candidates.last else {
            throw JOSEError(
                .algorithm,
                FailedCheck("alg, kid", expected: "those of a registered key", seen: algorithm.rawValue)
            )
        }
        for key in candidates.dropLast() where (try? signed.verify(with: key)) != nil { return }
        try signed.verify(with: last)
    }
}

extension Client {
    /// All its keys, or where they are; nil where only keys for signatures are known.
    fileprivate var keySource: ClientKeySource? {
        if let keys = metadata.keys { return keys }
        if case .publishedKeys(let url) = credential { return .published(url) }
        return nil
    }

    /// What its request objects are signed with by `algorithm`: a secret that can be read back, or the keys that it registered,
    /// whatever it proves itself with.
    func objectCredential(for algorithm: JWS.Algorithm) -> Credential {
        switch (algorithm, credential, metadata.keys) {
        case (.hs256, .sealedSecret, _): credential
        case (.hs256, _, _): .none
        case (_, .keys, _), (_, .publishedKeys, _): credential
        case (_, _, .registered(let keys)): .keys(keys.signing)
        case (_, _, .published(let url)): .publishedKeys(url)
        case (_, _, nil): .none
        }
    }
}

extension JWS.Algorithm {
    /// The value of the `alg` header.
    var name: String {
        switch self {
        case .signature(let algorithm): algorithm.rawValue
        case .hs256: ClientMetadata.sharedSecretAlgorithm
        }
    }
}
