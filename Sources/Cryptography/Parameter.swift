import COpenSSL

/// One named argument of an OpenSSL call (OSSL_PARAM).
struct Parameter {
    enum Value {
        case text(StaticString)
        case octets([UInt8])
        /// A non-negative integer, big-endian.
        case integer([UInt8])
    }

    let name: StaticString
    let value: Value

    init(_ name: StaticString, text: StaticString) { (self.name, value) = (name, .text(text)) }
    init(_ name: StaticString, octets: [UInt8]) { (self.name, value) = (name, .octets(octets)) }
    init(_ name: StaticString, integer: [UInt8]) { (self.name, value) = (name, .integer(integer)) }

    /// Calls `body` with a terminated list. The values live in one block that outlives the call and is wiped after
    /// it, because OpenSSL keeps plain pointers into it and some of the values are private keys.
    static func withList<Result>(
        _ parameters: [Parameter],
        _ body: (UnsafeMutablePointer<OSSL_PARAM>) -> Result
    ) -> Result {
        let size = parameters.reduce(0) { $0 + $1.bytes.count }
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { block in
            defer { OPENSSL_cleanse(block.baseAddress, block.count) }
            return withUnsafeTemporaryAllocation(of: OSSL_PARAM.self, capacity: parameters.count + 1) { list in
                var offset = 0
                for (index, parameter) in parameters.enumerated() {
                    let bytes = parameter.bytes
                    let place = UnsafeMutableRawBufferPointer(rebasing: block[offset..<offset + bytes.count])
                    place.copyBytes(from: bytes)
                    list.initializeElement(at: index, to: parameter.constructed(place))
                    offset += bytes.count
                }
                list.initializeElement(at: parameters.count, to: OSSL_PARAM_construct_end())
                return body(list.baseAddress!)
            }
        }
    }

    private var bytes: [UInt8] {
        switch value {
        // OpenSSL reads texts up to a zero byte, which the length does not count.
        case .text(let text): text.withUTF8Buffer { Array($0) + [0] }
        case .octets(let octets): octets
        case .integer(let integer): Parameter.nativeOrder(integer)
        }
    }

    private func constructed(_ place: UnsafeMutableRawBufferPointer) -> OSSL_PARAM {
        let name = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        switch value {
        case .text:
            return OSSL_PARAM_construct_utf8_string(
                name,
                place.baseAddress?.assumingMemoryBound(to: CChar.self),
                place.count - 1
            )
        case .octets:
            return OSSL_PARAM_construct_octet_string(name, place.baseAddress, place.count)
        case .integer:
            return OSSL_PARAM_construct_BN(name, place.baseAddress?.assumingMemoryBound(to: UInt8.self), place.count)
        }
    }

    private static func nativeOrder(_ bigEndian: [UInt8]) -> [UInt8] {
        #if _endian(little)
        Array(bigEndian.reversed())
        #else
        bigEndian
        #endif
    }
}
