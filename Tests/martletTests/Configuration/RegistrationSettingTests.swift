import Cryptography
import Provider
import TestSupport
import Testing

@testable import martlet

struct RegistrationSettingTests {
    private static func policy(_ flags: [String: String], dev: Bool = false) async throws -> RegistrationPolicy {
        let sources = try await ConfigurationSourcesTests.sources(flags: flags)
        return try RegistrationSetting.policy(sources, isDevelopment: dev)
    }

    @Test func `it is off unless said, and open in development`() async throws {
        #expect(try await Self.policy([:]) == .off)
        #expect(try await Self.policy([:], dev: true) == .open)
        #expect(try await Self.policy(["registration": "off"], dev: true) == .off)
        #expect(try await Self.policy(["registration": "Open"]) == .open)
    }

    @Test func `a token is read from a file of its owner alone`() async throws {
        let folder = try ScratchFolder()
        let (path, token) = (folder.path("token"), String(repeating: "t", count: 32))
        let flags = ["registration": "token", "registration-token-file": path]
        await #expect(throws: ConfigurationError.self, "there is none") { try await Self.policy(flags) }
        for (content, mode, isGood) in [
            (token, "600", true), (token + "\n", "400", true), (token, "640", false), (token, "604", false),
            (String(token.dropLast()), "600", false), ("", "600", false), (token + " x", "600", false),
        ] as [(String, String, Bool)] {
            let script = "rm -f '\(path)'; printf '%s' '\(content)' > '\(path)'; chmod \(mode) '\(path)'"
            try ChildProcess("/bin/sh", ["-c", script]).end()
            if isGood {
                #expect(try await Self.policy(flags) == .token(digest: Hash.digest(token)))
            } else {
                await #expect(throws: ConfigurationError.self, "\(mode) \(content)") { try await Self.policy(flags) }
            }
        }
    }

    @Test(arguments: [
        (["registration": "all"], "--registration must be off, open or token, not \"all\""),
        (
            ["registration": "token"],
            "--registration token needs --registration-token-file: a file with the token, for its owner alone"
        ),
        (
            ["registration": "open", "registration-token-file": "/x"],
            "--registration-token-file is for --registration token: take it away, or set that"
        ),
    ])
    func `settings that do not fit together stop the start`(flags: [String: String], sentence: String) async throws {
        let thrown = await #expect(throws: ConfigurationError.self) { try await Self.policy(flags) }
        #expect(thrown?.description == sentence)
    }
}
