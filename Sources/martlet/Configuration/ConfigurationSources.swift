import Configuration
import JOSE
import Provider

/// Where settings come from, in this order: flags, environment, `.env`, configuration file.
struct ConfigurationSources {
    private let reader: ConfigReader

    /// `flags` by option name. Throws `ConfigurationError` for a key that no option has.
    init(flags: [String: String], file: String?, environment: [String: String], environmentFile: String = ".env")
        async throws
    {
        let options = ConfigurationOption.all
        let written = try Self.values(inEnvironmentFile: environmentFile, options)
        try Self.refuseUnknown(environment.keys.filter { $0.hasPrefix("MARTLET_") }, from: "the environment", options)
        try Self.refuseUnknown(Array(written.keys), from: environmentFile, options)

        var providers: [any ConfigProvider] = [Self.provider(flags)]
        for variables in [environment, written] {
            let provider = EnvironmentVariablesProvider(environmentVariables: variables, secretsSpecifier: .all)
            providers.append(provider.prefixKeys(with: "martlet"))
            providers.append(
                provider.mapKeys { key in
                    let alias = options.first { [$0.name] == key.components }?.aliasKey
                    return AbsoluteConfigKey((alias ?? "martlet.absent").split(separator: ".").map(String.init))
                }
            )
        }
        if let file { providers.append(Self.provider(try Self.values(inFile: file))) }
        reader = ConfigReader(providers: providers)
    }

    /// The text of a setting, or nil when nobody says anything.
    func text(_ name: String) -> String? {
        guard let text = reader.string(forKey: ConfigKey([name])), !text.isEmpty else { return nil }
        return text
    }

    /// A whole number. Throws when the text is none, or is outside `range`.
    func number(_ name: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw ConfigurationError(
                "--\(name) must be a number from \(range.lowerBound) to \(range.upperBound), not \(text.quoted)"
            )
        }
        return number
    }

    /// A switch: on or off. Throws for anything else.
    func isOn(_ name: String) throws(ConfigurationError) -> Bool? {
        switch text(name)?.lowercased() {
        case nil: nil
        case "on", "true", "yes", "1": true
        case "off", "false", "no", "0": false
        case .some(let text): throw ConfigurationError("--\(name) must be on or off, not \(text.quoted)")
        }
    }

    /// Addresses and networks, separated by commas; none when nobody says anything. Throws for a text that is neither.
    func networks(_ name: String) throws(ConfigurationError) -> [NetworkRange] {
        var ranges: [NetworkRange] = []
        for part in (text(name) ?? "").split(separator: ",") {
            let text = String(part).withoutBlanks
            guard let range = NetworkRange(text) else {
                throw ConfigurationError(
                    "--\(name) must be addresses or networks such as 10.0.0.0/8,2001:db8::/32, not \(text.quoted)"
                )
            }
            ranges.append(range)
        }
        return ranges
    }

    /// What an environment file sets; of a name that is set twice, the last. Throws for a file that is open to others and sets a
    /// secret.
    private static func values(
        inEnvironmentFile path: String,
        _ options: [ConfigurationOption]
    ) throws(ConfigurationError) -> [String: String] {
        guard let file = try SettingsFile(path) else { return [:] }
        let values = Dictionary(file.assignments.map { ($0.name, $0.value) }) { $1 }
        let secrets = options.filter(\.isSecret).flatMap { [$0.environmentName, $0.alias ?? $0.environmentName] }
        try file.refuseIfOpen(setting: secrets.filter { values[$0]?.isEmpty == false })
        return values
    }

    private static func refuseUnknown(
        _ names: [String],
        from place: String,
        _ options: [ConfigurationOption]
    ) throws(ConfigurationError) {
        let known = Set(options.flatMap { [$0.environmentName, $0.alias ?? $0.environmentName] } + ["MARTLET_CONFIG"])
        if let unknown = names.sorted().first(where: { !known.contains($0) }) {
            throw ConfigurationError("\(unknown) in \(place) is no setting of martlet; `martlet options` lists them")
        }
    }

    /// The members of a JSON configuration file as text. Throws when it is no object of known names and plain values.
    private static func values(inFile path: String) throws -> [String: String] {
        guard let file = try SettingsFile(path) else {
            throw ConfigurationError("the configuration file \(path) cannot be read")
        }
        guard let object = try? JSONObject.parse(file.bytes) else {
            throw ConfigurationError("the configuration file \(path) is not a JSON object")
        }
        var values: [String: String] = [:]
        for member in object.members {
            guard ConfigurationOption.all.contains(where: { $0.name == member.name }) else {
                throw ConfigurationError(
                    "\"\(member.name)\" in \(path) is no setting of martlet; `martlet options` lists them"
                )
            }
            switch member.value {
            case .string(let text): values[member.name] = text
            case .integer(let number): values[member.name] = "\(number)"
            case .bool(let isOn): values[member.name] = isOn ? "on" : "off"
            default: throw ConfigurationError("\"\(member.name)\" in \(path) must be a string, a number or a boolean")
            }
        }
        let secrets = ConfigurationOption.all.filter(\.isSecret).map(\.name)
        try file.refuseIfOpen(setting: secrets.filter { values[$0]?.isEmpty == false })
        return values
    }

    private static func provider(_ values: [String: String]) -> InMemoryProvider {
        InMemoryProvider(
            values: Dictionary(
                uniqueKeysWithValues: values.map { name, text in
                    (AbsoluteConfigKey([name]), ConfigValue(.string(text), isSecret: true))
                }
            )
        )
    }
}
