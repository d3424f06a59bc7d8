import Cryptography
package import JOSE
package import Provider

extension KeyFolder {
    private static let prefix = "encryption-"

    /// The keys that tokens for this server are encrypted for, oldest first: one for each algorithm is made where there is none. They
    /// lie in files `encryption-<algorithm>-<made>.pem` (PKCS #8) beside the keys that sign. Throws `KeyFolderError`.
    package func decryptionKeys(at now: Timestamp) async throws -> DecryptionKeys {
        try folder.make()
        var keys = try await decryptionKeys(in: decryptionNames())
        let missing = JWEAlgorithm.allCases.filter { name in !keys.contains { $0.algorithm == name } }
        for (algorithm, key) in try await Self.fresh(missing) {
            let name = "\(Self.prefix)\(algorithm.rawValue.lowercased())-\(now.milliseconds).pem"
            try folder.write(Array(try key.pkcs8PEM().utf8), to: name)
            keys.append(try DecryptionKey(key, algorithm: algorithm))
        }
        return DecryptionKeys(keys)
    }

    private func decryptionNames() throws -> [(text: String, algorithm: JWEAlgorithm, createdAt: Int64)] {
        let names = try folder.names().filter { $0.hasPrefix(Self.prefix) && $0.hasSuffix(".pem") }.map { name in
            let parts = name.dropFirst(Self.prefix.count).dropLast(".pem".count)
            let mark = parts.lastIndex(of: "-") ?? parts.startIndex
            guard let algorithm = JWEAlgorithm.allCases.first(where: { $0.rawValue.lowercased() == parts[..<mark] }),
                let createdAt = Int64(parts[mark...].dropFirst())
            else {
                throw KeyFolderError.notAKey(
                    path: folder.path(of: name),
                    wanted: "a key named encryption-<algorithm>-<milliseconds>.pem, with ecdh-es or rsa-oaep-256,"
                )
            }
            return (text: name, algorithm: algorithm, createdAt: createdAt)
        }
        return names.sorted { ($0.createdAt, $0.text) < ($1.createdAt, $1.text) }
    }

    /// Read side by side: to check an RSA key takes a tenth of a second.
    private func decryptionKeys(
        in names: [(text: String, algorithm: JWEAlgorithm, createdAt: Int64)]
    ) async throws -> [DecryptionKey] {
        try await withThrowingTaskGroup { group in
            for (index, name) in names.enumerated() {
                group.addTask { (index, try decryptionKey(name.text, name.algorithm)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func decryptionKey(_ name: String, _ algorithm: JWEAlgorithm) throws -> DecryptionKey {
        let key = try readKey(name)
        do {
            return try DecryptionKey(key, algorithm: algorithm)
        } catch {
            throw KeyFolderError.notAKey(path: folder.path(of: name), wanted: "a key for \(algorithm.rawValue)")
        }
    }

    /// A fresh key for each algorithm, made side by side.
    private static func fresh(_ algorithms: [JWEAlgorithm]) async throws -> [(JWEAlgorithm, PrivateKey)] {
        try await withThrowingTaskGroup { group in
            for algorithm in algorithms {
                let kind: KeyKind = algorithm == .ecdhES ? .ec(.p256) : .rsa(bits: 2048)
                group.addTask { (algorithm, try PrivateKey.generate(kind)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
