import TestSupport
import Testing

@testable import martlet

struct ConfigurationSourcesTests {
    /// What each place says of one setting; nil where it says nothing.
    struct Places: Sendable, CustomTestStringConvertible {
        var flag: String?
        var environment: [String: String] = [:]
        var environmentFile = ""
        var file: String?
        let expected: String?
        var testDescription: String { "\(flag ?? "-") \(environment) \(environmentFile) \(file ?? "-")" }
    }

    @Test(arguments: [
        Places(expected: nil),
        Places(file: #"{"smtp-host":"file"}"#, expected: "file"),
        Places(environmentFile: "MARTLET_SMTP_HOST=dotenv", expected: "dotenv"),
        Places(environmentFile: "SMTP_HOST=alias", expected: "alias"),
        Places(environmentFile: "MARTLET_SMTP_HOST=dotenv", file: #"{"smtp-host":"file"}"#, expected: "dotenv"),
        Places(environmentFile: "SMTP_HOST=alias", file: #"{"smtp-host":"file"}"#, expected: "alias"),
        Places(environment: ["MARTLET_SMTP_HOST": "environment"], expected: "environment"),
        Places(environment: ["SMTP_HOST": "alias"], expected: "alias"),
        Places(environment: ["MARTLET_SMTP_HOST": "name", "SMTP_HOST": "alias"], expected: "name"),
        Places(
            environment: ["SMTP_HOST": "environment"],
            environmentFile: "MARTLET_SMTP_HOST=dotenv",
            expected: "environment"
        ),
        Places(
            environment: ["MARTLET_SMTP_HOST": "environment"],
            environmentFile: "MARTLET_SMTP_HOST=dotenv",
            file: #"{"smtp-host":"file"}"#,
            expected: "environment"
        ),
        Places(
            flag: "flag",
            environment: ["MARTLET_SMTP_HOST": "environment", "SMTP_HOST": "alias"],
            environmentFile: "MARTLET_SMTP_HOST=dotenv",
            file: #"{"smtp-host":"file"}"#,
            expected: "flag"
        ),
        Places(flag: "flag", file: #"{"smtp-host":"file"}"#, expected: "flag"),
        Places(environmentFile: "MARTLET_PORT=1\r\nSMTP_HOST=alias\r\n", expected: "alias"),
        Places(environmentFile: "# SMTP_HOST=comment\n\nSMTP_HOST=after", expected: "after"),
    ])
    func `flags go before the environment, that before .env, that before the file`(places: Places) async throws {
        let sources = try await Self.sources(
            flags: places.flag.map { ["smtp-host": $0] } ?? [:],
            environment: places.environment,
            environmentFile: places.environmentFile,
            file: places.file
        )
        #expect(sources.text("smtp-host") == places.expected)
    }

    @Test(arguments: ConfigurationOption.all.map(\.name))
    func `every setting can be said in every place`(name: String) async throws {
        let option = try #require(ConfigurationOption.all.first { $0.name == name })
        var said = [
            try await Self.sources(flags: [name: "1"]),
            try await Self.sources(environment: [option.environmentName: "1"]),
            try await Self.sources(environmentFile: "\(option.environmentName)=1"),
            try await Self.sources(file: "{\"\(name)\":\"1\"}"),
        ]
        if let alias = option.alias {
            said.append(try await Self.sources(environment: [alias: "1"]))
            said.append(try await Self.sources(environmentFile: "\(alias)=1"))
        }
        #expect(said.map { $0.text(name) } == said.map { _ in "1" })
        let others = ConfigurationOption.all.map(\.name).filter { $0 != name }
        #expect(others.allSatisfy { other in said.allSatisfy { $0.text(other) == nil } })
    }

    /// A place with a name that no setting has, and what is said of it.
    struct Unknown: Sendable, CustomTestStringConvertible {
        var environment: [String: String] = [:]
        var environmentFile = ""
        var file: String?
        let sentence: String
        var testDescription: String { sentence }
    }

    @Test(arguments: [
        Unknown(
            environment: ["MARTLET_HOTS": "x", "MARTLET_PORT": "1"],
            sentence: "MARTLET_HOTS in the environment is no setting of martlet; `martlet options` lists them"
        ),
        Unknown(
            environmentFile: "MARTLET_PORT=1\nMARTLET_HOTS=x\n",
            sentence: "MARTLET_HOTS in .env is no setting of martlet; `martlet options` lists them"
        ),
        Unknown(
            environmentFile: "MARTLET_PORT=1\r\nMARTLET_HOTS=x\r\n",
            sentence: "MARTLET_HOTS in .env is no setting of martlet; `martlet options` lists them"
        ),
        Unknown(
            environmentFile: "  SMTP_HOTS = x",
            sentence: "SMTP_HOTS in .env is no setting of martlet; `martlet options` lists them"
        ),
        Unknown(
            file: #"{"port":1,"hots":"x"}"#,
            sentence: "\"hots\" in FILE is no setting of martlet; `martlet options` lists them"
        ),
        Unknown(
            file: #"{"SMTP_HOST":"x"}"#,
            sentence: "\"SMTP_HOST\" in FILE is no setting of martlet; `martlet options` lists them"
        ),
        Unknown(file: #"{"port":[1]}"#, sentence: "\"port\" in FILE must be a string, a number or a boolean"),
        Unknown(file: #"{"port":null}"#, sentence: "\"port\" in FILE must be a string, a number or a boolean"),
        Unknown(file: "[1]", sentence: "the configuration file FILE is not a JSON object"),
        Unknown(file: #"{"port":1,"port":2}"#, sentence: "the configuration file FILE is not a JSON object"),
        Unknown(file: "", sentence: "the configuration file FILE is not a JSON object"),
    ])
    func `a name that no setting has stops the start`(unknown: Unknown) async throws {
        let folder = try ScratchFolder()
        let thrown = await #expect(throws: ConfigurationError.self) {
            _ = try await Self.sources(
                environment: unknown.environment,
                environmentFile: unknown.environmentFile,
                file: unknown.file,
                in: folder
            )
        }
        let said = thrown?.description.replacing(folder.path("config.json"), with: "FILE")
        #expect(said?.replacing(folder.path(".env"), with: ".env") == unknown.sentence)
    }

    @Test func `a configuration file that is named must be there, .env need not`() async throws {
        let folder = try ScratchFolder()
        let path = folder.path("none.json")
        let thrown = await #expect(throws: ConfigurationError.self) {
            _ = try await ConfigurationSources(
                flags: [:],
                file: path,
                environment: [:],
                environmentFile: folder.path(".env")
            )
        }
        #expect(thrown?.description == "the configuration file \(path) cannot be read")
        let sources = try await ConfigurationSources(
            flags: [:],
            file: nil,
            environment: ["PATH": "/bin", "HOME": "/"],
            environmentFile: folder.path(".env")
        )
        #expect(sources.text("host") == nil)
    }

    @Test(arguments: [
        ("on", true), ("ON", true), ("true", true), ("yes", true), ("1", true), ("off", false), ("false", false),
        ("No", false),
        ("0", false),
    ])
    func `a switch is on or off`(text: String, isOn: Bool) async throws {
        #expect(try await Self.sources(flags: ["dev": text]).isOn("dev") == isOn)
        #expect(try await Self.sources(file: "{\"dev\":\(isOn)}").isOn("dev") == isOn)
    }

    @Test(arguments: ["maybe", "2", " on", "o n"])
    func `what is neither on nor off is refused`(text: String) async throws {
        let sources = try await Self.sources(flags: ["dev": text])
        let thrown = #expect(throws: ConfigurationError.self) { try sources.isOn("dev") }
        #expect(thrown?.description == "--dev must be on or off, not \"\(text)\"")
    }

    @Test(arguments: ["", "x", "1.5", "0x10", "-1", "65536", "99999999999999999999", "8080 "])
    func `what is no number in its range is refused`(text: String) async throws {
        let sources = try await Self.sources(environment: ["MARTLET_PORT": text])
        if text.isEmpty { return #expect(try sources.number("port", in: 0...65_535) == nil) }
        let thrown = #expect(throws: ConfigurationError.self) { try sources.number("port", in: 0...65_535) }
        #expect(thrown?.description == "--port must be a number from 0 to 65535, not \"\(text)\"")
    }

    /// Sources with these contents in files of their own.
    static func sources(
        flags: [String: String] = [:],
        environment: [String: String] = [:],
        environmentFile: String = "",
        file: String? = nil,
        in folder: ScratchFolder? = nil
    ) async throws -> ConfigurationSources {
        let folder = try folder ?? ScratchFolder()
        try folder.write(environmentFile, to: ".env")
        if let file { try folder.write(file, to: "config.json") }
        return try await ConfigurationSources(
            flags: flags,
            file: file.map { _ in folder.path("config.json") },
            environment: environment,
            environmentFile: folder.path(".env")
        )
    }
}
