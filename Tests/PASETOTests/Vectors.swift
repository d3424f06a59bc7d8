import Cryptography
import Foundation

/// The public test vectors that lie beside the project, or where `VECTORS_DIR` says.
enum Vectors {
    private static let file: URL = {
        let name = "paseto/v4.json"
        if let path = ProcessInfo.processInfo.environment["VECTORS_DIR"] {
            return URL(fileURLWithPath: path, isDirectory: true).appendingPathComponent(name)
        }
        // <root>/Tests/PASETOTests/Vectors.swift
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return root.appendingPathComponent("../shared/vectors").appendingPathComponent(name).standardizedFileURL
    }()

    static let present = FileManager.default.fileExists(atPath: file.path)

    static func cases() throws -> [Case] {
        try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).tests
    }

    private struct File: Decodable { let tests: [Case] }

    /// A case of the collection; one with a `key` is of `v4.local`, one with a `public-key` of `v4.public`.
    struct Case: Decodable {
        let name, token, footer, implicitAssertion: String
        let expectFail: Bool
        let payload: String?
        let key, nonce, publicKey, secretKeySeed: HexBytes?

        enum CodingKeys: String, CodingKey {
            case name, token, footer, payload, key, nonce
            case implicitAssertion = "implicit-assertion"
            case expectFail = "expect-fail"
            case publicKey = "public-key"
            case secretKeySeed = "secret-key-seed"
        }
    }
}

/// Bytes that a vector file writes in hexadecimal.
struct HexBytes: Decodable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = Hexadecimal.decode(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hexadecimal")
        }
        self.bytes = bytes
    }
}

/// Bytes that were written down beforehand, in place of random ones.
struct WrittenDown: RandomSource {
    let bytes: [UInt8]

    func bytes(_ count: Int) -> [UInt8] {
        precondition(count == bytes.count, "as many as were written down")
        return bytes
    }
}
