import Cryptography

/// The cryptographic members of a JWK.
struct JWKFields {
    private let json: JSONObject

    init(_ json: JSONObject) { self.json = json }

    func publicKey() throws(JOSEError) -> PublicKey {
        do {
            switch try text("kty") {
            case "EC": return try PublicKey(curve: try curve(), x: try bytes("x"), y: try bytes("y"))
            case "OKP":
                guard try text("crv") == "Ed25519" else { throw refused("crv", try text("crv")) }
                return try PublicKey(ed25519: try bytes("x"))
            case "RSA": return try PublicKey(rsaModulus: try integer("n"), exponent: try integer("e"))
            case let other: throw refused("kty", other)
            }
        } catch let error as CryptographyError {
            throw JOSEError("JWK numbers", error)
        } catch let error as JOSEError {
            throw error
        } catch {
            preconditionFailure("only the two kinds above are thrown here")
        }
    }

    func privateParameters() throws(JOSEError) -> PrivateParameters {
        switch try text("kty") {
        case "EC": return .ec(scalar: try bytes("d"))
        case "OKP": return .ed25519(seed: try bytes("d"))
        default:
            guard json["oth"] == nil else { throw refused("oth", "more than two primes") }
            return .rsa(
                RSAPrivateNumbers(
                    d: try integer("d"),
                    p: try integer("p"),
                    q: try integer("q"),
                    dp: try integer("dp"),
                    dq: try integer("dq"),
                    qi: try integer("qi")
                )
            )
        }
    }

    private func curve() throws(JOSEError) -> Curve {
        let name = try text("crv")
        guard let curve = Curve(jwkName: name) else { throw refused("crv", name) }
        return curve
    }

    private func text(_ name: String) throws(JOSEError) -> String {
        let value = try reading(.key) { () throws(JSONError) in try json.string(name) }
        guard let value, value.isASCII else {
            let seen = value == nil ? "nothing" : "another"
            throw JOSEError(.key, "JWK \(name)", expected: "an ASCII string", seen: seen)
        }
        return value
    }

    private func bytes(_ name: String) throws(JOSEError) -> [UInt8] {
        guard let bytes = Base64URL.decode(try text(name)) else {
            throw JOSEError(.key, "JWK \(name)", expected: "base64url without padding", seen: "something else")
        }
        return bytes
    }

    /// A Base64urlUInt (RFC 7518 §2): no leading zero byte.
    private func integer(_ name: String) throws(JOSEError) -> [UInt8] {
        let bytes = try bytes(name)
        guard let first = bytes.first, first != 0 else {
            throw JOSEError(.key, "JWK \(name)", expected: "an integer in its shortest form", seen: "leading zeros")
        }
        return bytes
    }

    private func refused(_ name: String, _ value: String) -> JOSEError {
        JOSEError(
            .key,
            "JWK \(name)",
            expected: "an asymmetric signature key",
            seen: FailedCheck.excerpt(value)
        )
    }
}

/// What a JWK says about its use.
struct JWKMetadata {
    let kid: String?
    let algorithm: SignatureAlgorithm?

    /// `operation` is what the key is wanted for, in the words of `key_ops`: `verify` or `sign`.
    init(_ json: JSONObject, kind: KeyKind, operation: String) throws(JOSEError) {
        let (kid, use, name, operations) = try reading(.key) { () throws(JSONError) in
            (try json.string("kid"), try json.string("use"), try json.string("alg"), try json.strings("key_ops"))
        }
        self.kid = kid
        guard use == nil || use == "sig" else {
            throw JOSEError(.key, "JWK use", expected: "sig", seen: FailedCheck.excerpt(use))
        }
        if let operations {
            guard operations.contains(operation), Set(operations).count == operations.count else {
                throw JOSEError(.key, "JWK key_ops", expected: "\(operation), each once", seen: "another list")
            }
            let known: Set = ["sign", "verify"]
            guard known.isSuperset(of: operations) else {
                throw JOSEError(.key, "JWK key_ops", expected: "signature operations alone", seen: "others too")
            }
        }
        guard let name else {
            algorithm = nil
            return
        }
        guard name.isASCII, let algorithm = SignatureAlgorithm(rawValue: name), algorithm.suits(kind) else {
            throw JOSEError(.key, "JWK alg", expected: "one that suits the key", seen: FailedCheck.excerpt(name))
        }
        self.algorithm = algorithm
    }
}
