import TestSupport
import Testing

@testable import martlet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct SettingsFileTests {
    @Test(arguments: [
        ("A=1", ["A=1"]), ("A=1\nB=2\n", ["A=1", "B=2"]), ("A=1\r\nB=2\r\n", ["A=1", "B=2"]),
        ("A=1\rB=2", ["A=1", "B=2"]),
        ("\u{FEFF}A=1\r\n", ["A=1"]), ("  A\t= 1 \t\r\n", ["A=1"]), ("# A=1\r\n#B=2\n  # C=3", []), ("A\r\n\r\n\n", []),
        ("A=1=2", ["A=1=2"]), ("A=", ["A="]), ("A=1\nA=2", ["A=1", "A=2"]), ("export A=1", ["export A=1"]), ("", []),
    ])
    func `lines end as lines end anywhere`(text: String, expected: [String]) throws {
        let folder = try ScratchFolder()
        try folder.write(text, to: ".env")
        let file = try #require(try SettingsFile(folder.path(".env")))
        #expect(file.assignments.map { "\($0.name)=\($0.value)" } == expected)
    }

    @Test func `no file is no file, a folder is an error`() throws {
        let folder = try ScratchFolder()
        #expect(try SettingsFile(folder.path("none")) == nil)
        #expect(throws: ConfigurationError.self) { try SettingsFile(folder.path(".")) }
    }

    /// A file of settings, and whether it holds a secret.
    struct Written: Sendable, CustomTestStringConvertible {
        let text: String
        let isSecret: Bool
        var isJSON: Bool { text.hasPrefix("{") }
        var testDescription: String { text }
    }

    @Test(
        arguments: [
            Written(text: "SMTP_PASSWORD=x", isSecret: true),
            Written(text: "MARTLET_SMTP_PASSWORD=x\r\n", isSecret: true),
            Written(text: "JWT_SECRET=x", isSecret: true),
            Written(text: "MARTLET_PORT=1\r\nJWT_SECRET=x", isSecret: true),
            Written(text: "SMTP_PASSWORD=", isSecret: false), Written(text: "# SMTP_PASSWORD=x", isSecret: false),
            Written(text: "SMTP_HOST=x", isSecret: false), Written(text: #"{"smtp-password":"x"}"#, isSecret: true),
            Written(text: #"{"smtp-host":"x"}"#, isSecret: false),
        ],
        [mode_t(0o600), 0o400, 0o640, 0o604, 0o620, 0o644]
    )
    func `a secret is refused where others can read it`(written: Written, mode: mode_t) async throws {
        let folder = try ScratchFolder()
        let path = folder.path(written.isJSON ? "martlet.json" : ".env")
        try folder.write(written.text, to: written.isJSON ? "martlet.json" : ".env")
        chmod(path, mode)
        let read = {
            try await ConfigurationSources(
                flags: [:],
                file: written.isJSON ? path : nil,
                environment: [:],
                environmentFile: folder.path(".env")
            )
        }
        guard written.isSecret && mode & 0o077 != 0 else { return _ = try await read() }
        let error = await #expect(throws: ConfigurationError.self) { _ = try await read() }
        #expect(error?.description.contains("chmod 600 \(path)") == true)
        #expect(error?.description.contains("=x") == false)
    }
}
