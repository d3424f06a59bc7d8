import Foundation
import TestSupport

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
    private let process: ChildProcess

    convenience init(_ script: String, _ arguments: String...) throws {
        try self.init(script, arguments: arguments)
    }

    init(_ script: String, arguments: [String]) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let fixture = folder.appending(path: "Fixtures/\(script)").path(percentEncoded: false)
        let python = Self.python(root: folder.appending(path: "../.."))
        process = try ChildProcess("/usr/bin/env", [python, "-B", fixture] + arguments)
        guard let line = process.line() else {
            throw Failure(description: "\(script) did not start; what it said of it stands above")
        }
        let greeting = try JSONDecoder().decode(Greeting.self, from: Data(line))
        port = greeting.port
        certificate = greeting.certificate
    }

    /// Ends the server and gives every further line that it printed.
    func stop<Line: Decodable>(_ type: Line.Type) throws -> [Line] {
        process.closeInput()
        var lines: [Line] = []
        while let line = process.line() {
            lines.append(try JSONDecoder().decode(type, from: Data(line)))
        }
        process.end()
        return lines
    }

    private static func python(root: URL) -> String {
        if let chosen = ProcessInfo.processInfo.environment["MARTLET_PYTHON"] { return chosen }
        let own = root.appending(path: ".venv/bin/python").path(percentEncoded: false)
        return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
    }
}
