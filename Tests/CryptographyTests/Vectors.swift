import Cryptography
import Foundation

/// The public test vectors that lie beside the project, or where `VECTORS_DIR` says.
enum Vectors {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["VECTORS_DIR"] {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        // <root>/Tests/CryptographyTests/Vectors.swift
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return root.appendingPathComponent("../shared/vectors", isDirectory: true).standardizedFileURL
    }()

    static let present = FileManager.default.fileExists(atPath: folder.appendingPathComponent("wycheproof").path)

    static func wycheproof<Group: Decodable>(_ name: String) throws -> [Group] {
        let data = try Data(contentsOf: folder.appendingPathComponent("wycheproof/\(name)_test.json"))
        return try JSONDecoder().decode(WycheproofFile<Group>.self, from: data).testGroups
    }
}

private struct WycheproofFile<Group: Decodable>: Decodable { let testGroups: [Group] }

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

/// A signature of the Wycheproof collection.
struct SignatureCase: Decodable {
    let tcId: Int
    let msg: HexBytes
    let sig: HexBytes
    let result: String
}
