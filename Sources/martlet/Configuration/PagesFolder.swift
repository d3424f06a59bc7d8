import Cryptography
import FoundationEssentials
import Pages

/// The folder of `--pages-folder`: how an operator wants pages to look and speak. Read once, at start.
struct PagesFolder {
    /// nil where nobody wants anything.
    let path: String?
    let theme: Theme

    /// What may lie beside the files that are read.
    private static let ignored: Set<String> = ["README.md"]

    /// Throws `ConfigurationError` with the first file that cannot be used, and what to do.
    init(_ sources: ConfigurationSources) throws(ConfigurationError) {
        path = sources.text("pages-folder")
        guard let path else {
            theme = .standard
            return
        }
        var files: [String: [UInt8]] = [:]
        for name in try Self.entries(path, of: path) where !Self.ignored.contains(name) {
            if name == "templates" || name == "catalogues" {
                for inner in try Self.entries("\(path)/\(name)", of: path) {
                    files["\(name)/\(inner)"] = try Self.bytes("\(path)/\(name)/\(inner)")
                }
            } else {
                files[name] = try Self.bytes("\(path)/\(name)")
            }
        }
        do throws(ThemeError) {
            theme = try Theme(files) { Hexadecimal.encode(Hash.digest($0)) }
        } catch {
            throw ConfigurationError("\(path)/\(error)")
        }
    }

    /// The names in a folder, without those that are hidden.
    private static func entries(_ folder: String, of path: String) throws(ConfigurationError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw ConfigurationError(
                "\(folder), a folder of --pages-folder, cannot be read: make it a folder that the server may look into"
            )
        }
    }

    private static func bytes(_ path: String) throws(ConfigurationError) -> [UInt8] {
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        guard type != .typeSymbolicLink else {
            throw ConfigurationError("\(path) is a symbolic link: put the file itself there")
        }
        guard let file = try PlainFile(path, of: "pages, of 1 MiB at most") else {
            throw ConfigurationError("\(path) is not there any more")
        }
        return file.bytes
    }
}
