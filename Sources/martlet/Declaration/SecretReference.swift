import FoundationEssentials
import JOSE

/// Where a secret of a declarative file is: never in the file itself.
enum SecretReference: Sendable, Equatable {
    /// A variable of the environment.
    case variable(String)
    /// A file of its own, for its owner alone.
    case file(String)

    /// The fewest bytes of a secret: what nobody guesses.
    private static let shortest = 32

    /// `{"env": "NAME"}` or `{"file": "/path"}`. Throws `DeclarationError` for anything else.
    init(_ json: JSON, at place: String) throws {
        let members = json.objectValue?.members ?? []
        guard members.count == 1, let text = members[0].value.stringValue, !text.isEmpty else {
            throw DeclarationError(
                place,
                "must be {\"env\": \"NAME\"} or {\"file\": \"/path\"}: a secret is never in the file"
            )
        }
        switch members[0].name {
        case "env": self = .variable(text)
        case "file": self = .file(text)
        default: throw DeclarationError(place, "must be {\"env\": \"NAME\"} or {\"file\": \"/path\"}")
        }
    }

    /// The secret. Throws `DeclarationError` when it is not there, too short, or readable by others.
    func read(at place: String, _ environment: [String: String]) throws -> String {
        let text: String
        switch self {
        case .variable(let name):
            guard let value = environment[name], !value.isEmpty else {
                throw DeclarationError(place, "names the variable \(name.quoted), which is not set")
            }
            text = value
        case .file(let path):
            guard let file = try PlainFile(path, of: "a secret") else {
                throw DeclarationError(place, "names \(path.quoted), which is not there")
            }
            guard !file.isOpen(to: 0o077) else {
                throw DeclarationError(
                    place,
                    "names \(path), which is open to other users of this machine: run chmod 600 \(path)"
                )
            }
            text = String(decoding: file.bytes.filter { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self).withoutBlanks
        }
        guard text.utf8.count >= Self.shortest, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw DeclarationError(
                place,
                "must lead to at least \(Self.shortest) letters and digits, such as openssl rand -hex 32 prints"
            )
        }
        return text
    }
}
