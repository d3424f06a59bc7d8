import Cryptography
import Provider

/// Who may register clients over the network: `--registration`, and the file of the initial access token.
enum RegistrationSetting {
    /// The fewest bytes of an initial access token: what nobody guesses.
    private static let shortest = 32

    /// Open in development, off elsewhere, unless said. Throws `ConfigurationError` for settings that do not fit together, and for a
    /// file that others can read, or with something else than a token.
    static func policy(
        _ sources: ConfigurationSources,
        isDevelopment: Bool
    ) throws(ConfigurationError) -> RegistrationPolicy {
        let name = sources.text("registration")?.lowercased() ?? (isDevelopment ? "open" : "off")
        let path = sources.text("registration-token-file")
        guard name == "token" || path == nil else {
            throw ConfigurationError("--registration-token-file is for --registration token: take it away, or set that")
        }
        switch name {
        case "off": return .off
        case "open": return .open
        case "token":
            guard let path else {
                throw ConfigurationError(
                    "--registration token needs --registration-token-file: a file with the token, for its owner alone"
                )
            }
            return .token(digest: Hash.digest(try token(path)))
        default:
            throw ConfigurationError("--registration must be off, open or token, not \(name.quoted)")
        }
    }

    /// What clients are held to that register. Throws `ConfigurationError` for a name that is none.
    static func clientPolicy(_ sources: ConfigurationSources) throws(ConfigurationError) -> ClientPolicy {
        guard let name = sources.text("registration-policy")?.lowercased(), name != "none" else {
            return ClientPolicy()
        }
        guard let policy = ClientPolicy.named[name] else {
            throw ConfigurationError("--registration-policy must be none, strict or openid-core, not \(name.quoted)")
        }
        return policy
    }

    private static func token(_ path: String) throws(ConfigurationError) -> String {
        guard let file = try PlainFile(path, of: "a token") else {
            throw ConfigurationError("\(path), the file of --registration-token-file, is not there")
        }
        guard !file.isOpen(to: 0o077) else {
            throw ConfigurationError(
                "\(path) holds a token and is open to other users of this machine: run chmod 600 \(path)"
            )
        }
        let text = String(decoding: file.bytes.filter { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self).withoutBlanks
        guard text.utf8.count >= shortest, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ConfigurationError(
                "\(path) must hold one token of at least \(shortest) letters and digits, such as openssl rand -hex 32 prints"
            )
        }
        return text
    }
}
