import Foundation
import JOSE

/// The public test vectors that lie beside the project, or where `VECTORS_DIR` says.
enum Vectors {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["VECTORS_DIR"] {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        // <root>/Tests/JOSETests/Vectors.swift
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return root.appendingPathComponent("../shared/vectors", isDirectory: true).standardizedFileURL
    }()

    static let present = FileManager.default.fileExists(atPath: folder.appendingPathComponent("wycheproof").path)

    static func bytes(_ path: String) throws -> [UInt8] {
        let file = folder.appendingPathComponent(path)
        let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
        // Foundation leaks its buffer when it reads an empty file, and a leak check would show that.
        return size == 0 ? [] : Array(try Data(contentsOf: file))
    }

    static func object(_ path: String) throws -> JSONObject {
        try JSONObject.parse(try bytes(path), limits: JSONLimits(size: 1 << 22))
    }

    static func files(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(path).path).sorted()
    }
}
