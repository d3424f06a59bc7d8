/// A file of settings: `.env`, or the configuration file.
struct SettingsFile {
    private let file: PlainFile

    /// Nil when there is no file at `path`. Throws when it cannot be read, or is no plain file.
    init?(_ path: String) throws(ConfigurationError) {
        guard let file = try PlainFile(path, of: "settings") else { return nil }
        self.file = file
    }

    var path: String { file.path }
    var bytes: [UInt8] { file.bytes }

    /// The assignments of an environment file, in their order: `NAME=value`, a line each, whatever ends a line. What starts with
    /// `#` and what has no `=` is left out.
    var assignments: [(name: String, value: String)] {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: byteOrderMark) ? bytes[3...] : bytes[...]
        return text.split { $0 == 0x0A || $0 == 0x0D }.compactMap { line in
            let line = String(decoding: line, as: UTF8.self).withoutBlanks
            guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { return nil }
            return (String(line[..<equals]).withoutBlanks, String(line[line.index(after: equals)...]).withoutBlanks)
        }
    }

    /// Throws when the file sets a secret, by one of these names, and group or others can get at it.
    func refuseIfOpen(setting names: [String]) throws(ConfigurationError) {
        guard file.isOpen(to: 0o077), let name = names.first else { return }
        throw ConfigurationError(
            "\(path) sets \(name) and is open to other users of this machine: run chmod 600 \(path)"
        )
    }
}

extension String {
    /// This without the spaces and tabs at both ends.
    var withoutBlanks: String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        guard let start = firstIndex(where: { !isBlank($0) }), let end = lastIndex(where: { !isBlank($0) }) else {
            return ""
        }
        return String(self[start...end])
    }
}
