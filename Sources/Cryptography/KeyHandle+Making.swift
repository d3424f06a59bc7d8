import COpenSSL

extension KeyHandle {
    /// A key of OpenSSL's type `type` from its numbers.
    static func make(
        _ type: StaticString,
        _ selection: Int32,
        _ parameters: [Parameter]
    ) throws(CryptographyError) -> KeyHandle {
        let name = UnsafeRawPointer(type.utf8Start).assumingMemoryBound(to: CChar.self)
        guard let context = EVP_PKEY_CTX_new_from_name(nil, name, nil) else {
            throw .drained(.unsupportedKey, "\(type)")
        }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        let status = Parameter.withList(parameters) {
            EVP_PKEY_fromdata_init(context) == 1 ? EVP_PKEY_fromdata(context, &key, selection, $0) : 0
        }
        guard status == 1, let key else {
            EVP_PKEY_free(key)
            throw .drained(.invalidKey, "\(type)")
        }
        return KeyHandle(key)
    }

    /// A number of the key, big-endian; padded to `size` bytes, or without leading zeros where `size` is nil.
    func integer(_ name: StaticString, size: Int? = nil) throws(CryptographyError) -> [UInt8] {
        let name = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(pointer, name, &number) == 1, let number else {
            throw .drained(.invalidKey, "a number is missing")
        }
        defer { BN_clear_free(number) }
        let size = size ?? (Int(BN_num_bits(number)) + 7) / 8
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = max(0, Int(BN_bn2binpad(number, buffer.baseAddress, Int32(size))))
        }
        guard bytes.count == size else { throw .drained(.invalidKey, "a number is too long") }
        return bytes
    }

    /// The curve of an elliptic key by its group's name.
    func curve() throws(CryptographyError) -> Curve {
        var length = 0
        let name = [CChar](unsafeUninitializedCapacity: 64) { buffer, count in
            let status = EVP_PKEY_get_utf8_string_param(pointer, "group", buffer.baseAddress, 64, &length)
            count = status == 1 ? length : 0
        }
        let known = String(decoding: name.map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let curve = Curve.allCases.first(where: { "\($0.groupName)" == known }) else {
            throw .drained(.unsupportedKey, "an unknown curve")
        }
        return curve
    }
}
