import Foundation

/// A server of the `Fixtures` folder, run by Python as a child process; it ends when its standard input does, and so
/// never outlives the tests.
final class PythonServer {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct Greeting: Decodable {
        let port: Int
        let certificate: String?
    }

    let port: Int
    /// The PEM file of the certificate that the server made for itself.
    let certificate: String?
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let errors = Pipe()
    private var unread = Data()

    init(_ script: String, _ arguments: String...) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let fixture = folder.appending(path: "Fixtures/\(script)").path(percentEncoded: false)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [Self.python(root: folder.appending(path: "../..")), "-B", fixture] + arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        guard let line = Self.line(from: output, unread: &unread) else {
            let text = String(decoding: (try? errors.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
            throw Failure(description: text.split(separator: "\n").last.map(String.init) ?? "\(script) did not start")
        }
        let greeting = try JSONDecoder().decode(Greeting.self, from: line)
        port = greeting.port
        certificate = greeting.certificate
    }

    /// Ends the server and gives every further line that it printed.
    func stop<Line: Decodable>(_ type: Line.Type) throws -> [Line] {
        try input.fileHandleForWriting.close()
        var lines: [Line] = []
        while let line = Self.line(from: output, unread: &unread) {
            lines.append(try JSONDecoder().decode(type, from: line))
        }
        process.waitUntilExit()
        return lines
    }

    private static func python(root: URL) -> String {
        if let chosen = ProcessInfo.processInfo.environment["MARTLET_PYTHON"] { return chosen }
        let own = root.appending(path: ".venv/bin/python").path(percentEncoded: false)
        return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
    }

    private static func line(from pipe: Pipe, unread: inout Data) -> Data? {
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                defer { unread = Data(unread[(end + 1)...]) }
                return Data(unread[..<end])
            }
            let more = pipe.fileHandleForReading.availableData
            guard !more.isEmpty else { return nil }
            unread += more
        }
    }
}
