#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file of settings: `.env`, or the configuration file.
struct SettingsFile {
    let path: String
    let bytes: [UInt8]
    private let mode: mode_t

    /// The most bytes that such a file may have.
    private static let sizeLimit = 1 << 20

    /// Nil when there is no file at `path`. Throws when it cannot be read, or is no plain file.
    init?(_ path: String) throws(ConfigurationError) {
        guard let file = fopen(path, "re") else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw ConfigurationError("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var status = stat()
        guard fstat(fileno(file), &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            (0...Self.sizeLimit).contains(Int(status.st_size))
        else { throw ConfigurationError("\(path) is not a file of settings") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = fread(&bytes, 1, bytes.count, file)
        self.path = path
        self.bytes = Array(bytes[..<count])
        mode = status.st_mode
    }

    /// The assignments of an environment file, in their order: `NAME=value`, a line each, whatever ends a line. What starts with
    /// `#` and what has no `=` is left out.
    var assignments: [(name: String, value: String)] {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: byteOrderMark) ? bytes[3...] : bytes[...]
        return text.split { $0 == 0x0A || $0 == 0x0D }.compactMap { line in
            let line = String(decoding: line, as: UTF8.self).trimmed
            guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { return nil }
            return (String(line[..<equals]).trimmed, String(line[line.index(after: equals)...]).trimmed)
        }
    }

    /// Throws when the file sets a secret, by one of these names, and group or others can get at it.
    func refuseIfOpen(setting names: [String]) throws(ConfigurationError) {
        guard mode & 0o077 != 0, let name = names.first else { return }
        throw ConfigurationError(
            "\(path) sets \(name) and is open to other users of this machine: run chmod 600 \(path)"
        )
    }
}

extension String {
    /// Without the blanks at both ends.
    var trimmed: String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        guard let start = firstIndex(where: { !isBlank($0) }), let end = lastIndex(where: { !isBlank($0) }) else {
            return ""
        }
        return String(self[start...end])
    }
}
