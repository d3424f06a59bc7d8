import Cryptography
import JOSE
import Provider

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The private key of a person, in a file of their own.
struct UserKey {
    let privateKey: PrivateKey

    /// ES256 or ES256K, by the key's curve.
    var algorithm: SignatureAlgorithm { privateKey.kind == .ec(.p256) ? .es256 : .es256k }

    var clientID: String { KeyClient.id(thumbprint: privateKey.publicKey.thumbprint).description }

    /// The uncompressed point in hexadecimal, as it is registered.
    var hexadecimal: String { Hexadecimal.encode(privateKey.publicKey.sec1Uncompressed ?? []) }

    /// The key in the file, or a new one where there is no file: a registration that failed can be tried again with the same key.
    /// Throws `CommandFailure`, also when the key in the file is on another curve.
    static func readOrMake(_ curve: Curve, at path: String) throws -> UserKey {
        guard access(path, F_OK) == 0 else {
            let key = try make(curve, at: path)
            Terminal.progress("Made the key \(path).")
            return key
        }
        let key = try read(path)
        guard key.privateKey.kind == .ec(curve) else {
            throw CommandFailure(
                "\(path) holds a key on another curve: name another file with --key, or another --curve"
            )
        }
        Terminal.progress("Using the key \(path).")
        return key
    }

    /// Makes a key and writes it to a new file that only its owner can read.
    private static func make(_ curve: Curve, at path: String) throws -> UserKey {
        let key = try PrivateKey.generate(.ec(curve))
        let pem = try key.pkcs8PEM()
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw CommandFailure("\(path) cannot be written: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        guard write(file, pem, pem.utf8.count) == pem.utf8.count else {
            throw CommandFailure("\(path) could not be written whole")
        }
        return UserKey(privateKey: key)
    }

    /// Reads a key. Throws `CommandFailure` when there is none.
    static func read(_ path: String) throws -> UserKey {
        guard let file = fopen(path, "r") else {
            throw CommandFailure("there is no key at \(path); `martlet register` makes one")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = fread(&bytes, 1, bytes.count, file)
        do {
            return UserKey(privateKey: try PrivateKey(pkcs8PEM: String(decoding: bytes[..<count], as: UTF8.self)))
        } catch {
            throw CommandFailure("\(path) is not a PKCS #8 private key in PEM")
        }
    }

    /// A client assertion over `challenge` for the server `issuer` (RFC 7523 §3), good for a minute.
    func assertion(
        for issuer: String,
        challenge: String,
        at now: Timestamp = SystemClock.now()
    ) throws -> String {
        let claims: JSONObject = [
            "iss": .string(clientID), "sub": .string(clientID), "aud": .string(issuer),
            "iat": .integer(now.seconds), "exp": .integer(now.seconds + 60),
            "jti": .string(ULID(milliseconds: now.milliseconds, random: SystemRandom()).string),
            "challenge": .string(challenge),
        ]
        return try JWT.sign(
            claims: claims,
            header: ["typ": "client-authentication+jwt"],
            key: privateKey,
            algorithm: algorithm
        )
    }
}
