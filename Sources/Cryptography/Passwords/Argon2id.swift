import CSodium

/// What one Argon2id computation costs (RFC 9106 §3.1); always one lane.
package struct Argon2idParameters: Sendable, Hashable {
    /// The least that OWASP's Password Storage Cheat Sheet recommends: 19 MiB and two passes.
    package static let recommended = Argon2idParameters(memory: 19_456, passes: 2)

    /// In KiB, 8 to 262,144.
    package let memory: Int
    /// 1 to 32.
    package let passes: Int

    /// Traps for numbers out of range: they come from the configuration, which checks them first.
    package init(memory: Int, passes: Int) {
        precondition(Argon2id.memories ~= memory && Argon2id.passes ~= passes, "Argon2id parameters out of range")
        (self.memory, self.passes) = (memory, passes)
    }
}

/// Argon2id version 1.3 by libsodium.
enum Argon2id {
    static let saltSize = 16
    static let tagSize = 32
    /// In KiB. The upper bound keeps an imported record from asking for all of the machine's memory.
    static let memories = 8...262_144
    static let passes = 1...32
    static let tagSizes = 16...64

    static func record(
        of password: [UInt8],
        salt: [UInt8],
        parameters: Argon2idParameters
    ) throws(CryptographyError) -> String {
        var tag = try self.tag(of: password, salt: salt, parameters: parameters)
        defer { wipe(&tag) }
        return record(salt: salt, tag: tag, parameters: parameters)
    }

    static func record(salt: [UInt8], tag: [UInt8], parameters: Argon2idParameters) -> String {
        "$argon2id$v=19$m=\(parameters.memory),t=\(parameters.passes),p=1$\(base64(salt))$\(base64(tag))"
    }

    /// Throws `generationFailed` when memory is short; nothing else can fail.
    static func tag(
        of password: [UInt8],
        salt: [UInt8],
        size: Int = tagSize,
        parameters: Argon2idParameters
    ) throws(CryptographyError) -> [UInt8] {
        precondition(salt.count == saltSize && tagSizes ~= size, "libsodium reads and writes as many bytes")
        Sodium.ready
        let (passes, memory) = (UInt64(parameters.passes), parameters.memory * 1024)
        let tag = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let status = password.withCharacters {
                crypto_pwhash_argon2id(
                    buffer.baseAddress!,
                    UInt64(size),
                    $0,
                    UInt64(password.count),
                    salt,
                    passes,
                    memory,
                    crypto_pwhash_argon2id_ALG_ARGON2ID13
                )
            }
            count = status == 0 ? size : 0
        }
        guard tag.count == size else { throw CryptographyError(.generationFailed, "Argon2id: no memory") }
        return tag
    }

    /// Base64 of RFC 4648 §4 without padding, as records write it.
    private static func base64(_ bytes: [UInt8]) -> String {
        let variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING
        let size = sodium_base64_encoded_len(bytes.count, variant)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { target in
            String(cString: sodium_bin2base64(target.baseAddress!, size, bytes, bytes.count, variant))
        }
    }

    /// The bytes of such a text; nil for any other text, one with set trailing bits among them.
    static func bytes(ofBase64 text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return nil }
        var decoded = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: text.utf8.count) { buffer, count in
            let variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING
            let (target, size, text) = (buffer.baseAddress, buffer.count, String(text))
            let status = sodium_base642bin(target!, size, text, text.utf8.count, nil, &decoded, nil, variant)
            count = status == 0 ? decoded : 0
        }
        return bytes.isEmpty ? nil : bytes
    }
}
