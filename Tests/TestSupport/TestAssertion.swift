import Cryptography
package import JOSE

/// What is wrong with an assertion: changes to one that is right in all else.
package struct Tampering: Sendable {
    /// Header members written over the right ones.
    package var header: JSONObject = [:]
    package var withoutHeader: [String] = []
    /// Claims written over the right ones.
    package var claims: JSONObject = [:]
    package var withoutClaims: [String] = []
    /// Times as seconds from now, written over the right ones.
    package var times: [String: Int64] = [:]
    /// Text put before the closing brace of the header, as it is; starts with a comma.
    package var headerText: [UInt8] = []
    /// Text put before the closing brace of the claims, as it is; starts with a comma.
    package var claimsText: [UInt8] = []
    package var signature = SignatureForm.right
    /// Put before and after the finished token.
    package var wrapping = ("", "")
    /// The segments of the finished token in their order; nil stands for an empty one.
    package var segments: [Int?] = [0, 1, 2]

    package init() {}

    /// Nothing is wrong.
    package static let none = Tampering()

    package static func with(_ change: (inout Tampering) -> Void) -> Tampering {
        var tampering = Tampering()
        change(&tampering)
        return tampering
    }
}

/// How the signature of a tampered token is made.
package enum SignatureForm: Sendable {
    case right
    /// By this key, under the header as it is.
    case by(TestKey)
    /// HMAC with SHA-256 under these bytes.
    case hmac([UInt8])
    /// ASN.1 DER in place of `r || s`.
    case der
    /// `n - s` in place of `s` (ECDSA on a 32-byte curve).
    case highS
    /// The first bytes only.
    case cut(to: Int)
    case extended(by: [UInt8])
    /// One bit of the last byte turned.
    case flipped
    case exactly([UInt8])
}

/// Makes JWTs that may be wrong in any way.
package struct TestAssertion: Sendable {
    package var header: JSONObject
    package var claims: JSONObject

    package init(header: JSONObject, claims: JSONObject) {
        (self.header, self.claims) = (header, claims)
    }

    /// The compact token, signed by `key` and with what `tampering` says.
    package func signed(by key: TestKey, _ tampering: Tampering = .none, now: Timestamp) throws -> String {
        var header = header.merging(tampering.header)
        for name in tampering.withoutHeader { header[name] = nil }
        var claims = claims.merging(tampering.claims)
        for (name, seconds) in tampering.times { claims[name] = .integer((now + seconds).seconds) }
        for name in tampering.withoutClaims { claims[name] = nil }
        var input: [UInt8] = []
        Base64URL.append(Self.inserting(tampering.headerText, into: header.encoded()), to: &input)
        input.append(UInt8(ascii: "."))
        Base64URL.append(Self.inserting(tampering.claimsText, into: claims.encoded()), to: &input)
        let signature = try tampering.signature.bytes(over: input, by: key)
        let parts =
            input.split(separator: UInt8(ascii: ".")).map { String(decoding: $0, as: UTF8.self) }
            + [Base64URL.encode(signature)]
        let ordered = tampering.segments.map { $0.map { parts[$0] } ?? "" }.joined(separator: ".")
        return tampering.wrapping.0 + ordered + tampering.wrapping.1
    }

    private static func inserting(_ text: [UInt8], into object: [UInt8]) -> [UInt8] {
        object.dropLast() + text + [UInt8(ascii: "}")]
    }
}

extension SignatureForm {
    func bytes(over input: [UInt8], by key: TestKey) throws -> [UInt8] {
        if case .hmac(let secret) = self { return HMAC.code(input, key: secret) }
        if case .by(let other) = self { return try other.privateKey.sign(input, using: other.algorithm) }
        let right = try key.privateKey.sign(input, using: key.algorithm)
        switch self {
        case .right, .by, .hmac: return right
        case .der: return Self.der(right)
        case .highS: return right[..<32] + Self.negated(Array(right[32...]), on: key.privateKey.kind)
        case .cut(let count): return Array(right.prefix(count))
        case .extended(let more): return right + more
        case .flipped: return right.dropLast() + [right[right.count - 1] ^ 1]
        case .exactly(let bytes): return bytes
        }
    }

    /// SEQUENCE of two INTEGERs, for signatures of at most 64 bytes.
    private static func der(_ raw: [UInt8]) -> [UInt8] {
        let half = raw.count / 2
        let integers = [raw[..<half], raw[half...]].flatMap { number -> [UInt8] in
            let shortest = Array(number.drop { $0 == 0 })
            let padded = (shortest.first ?? 0) < 0x80 ? shortest : [0] + shortest
            return [0x02, UInt8(padded.count)] + padded
        }
        return [0x30, UInt8(integers.count)] + integers
    }

    /// The order of the curve minus `number`.
    private static func negated(_ number: [UInt8], on kind: KeyKind) -> [UInt8] {
        let order =
            kind == .ec(.secp256k1)
            ? "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
            : "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
        var (difference, borrow) = (Hexadecimal.decode(order)!, 0)
        for index in difference.indices.reversed() {
            let digit = Int(difference[index]) - Int(number[index]) - borrow
            borrow = digit < 0 ? 1 : 0
            difference[index] = UInt8(truncatingIfNeeded: digit)
        }
        return difference
    }
}
