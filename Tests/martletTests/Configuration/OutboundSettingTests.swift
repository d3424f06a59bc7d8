import Cryptography
import Outbound
import Provider
import TestSupport
import Testing

@testable import martlet

struct OutboundSettingTests {
    private static func setting(_ flags: [String: String], isDevelopment: Bool) async throws -> OutboundSetting {
        try OutboundSetting(await ConfigurationSourcesTests.sources(flags: flags), isDevelopment: isDevelopment)
    }

    private static func sentence(_ flags: [String: String], isDevelopment: Bool) async throws -> String? {
        await #expect(throws: ConfigurationError.self) {
            _ = try await setting(flags, isDevelopment: isDevelopment)
        }?.description
    }

    @Test func `nothing is allowed that nobody named`() async throws {
        for isDevelopment in [true, false] {
            let setting = try await Self.setting([:], isDevelopment: isDevelopment)
            #expect(setting.caFile == nil && setting.allowed.isEmpty)
        }
    }

    @Test(arguments: ["outbound-ca", "outbound-allow"])
    func `neither is taken outside development`(name: String) async throws {
        #expect(
            try await Self.sentence([name: "10.0.0.0/8"], isDevelopment: false)
                == "--\(name) is only for development: take it away, or add --dev"
        )
    }

    @Test func `a server outside development does not start with them`() async throws {
        let flags = ["issuer": "https://id.test", "smtp-host": "mail.test", "outbound-allow": "10.0.0.0/8"]
        let sources = try await ConfigurationSourcesTests.sources(flags: flags)
        #expect(throws: ConfigurationError.self) { try ServerConfiguration(sources) }
    }

    @Test(arguments: ["10.0.0.0/33", "0.0.0.0/0", "localhost", "10.0.0.0/8;::1"])
    func `what is no network is refused`(text: String) async throws {
        let sentence = try await Self.sentence(["outbound-allow": text], isDevelopment: true)
        #expect(sentence?.hasPrefix("--outbound-allow must be addresses or networks") == true)
        #expect(sentence?.contains(text) == true)
    }

    @Test func `a file without certificates is refused, one with is taken`() async throws {
        let folder = try ScratchFolder()
        let path = folder.path("ca.pem")
        #expect(try await Self.sentence(["outbound-ca": path], isDevelopment: true)?.contains("is not there") == true)
        try folder.write("x", to: "ca.pem")
        #expect(try await Self.sentence(["outbound-ca": path], isDevelopment: true)?.contains("in PEM") == true)
        let terms = CertifiedKey.SelfSignedTerms(hosts: ["ca.test"], validity: 0...1)
        try folder.write(try CertifiedKey.selfSigned(terms, serial: [1]).leaf.pem, to: "ca.pem")
        #expect(try await Self.setting(["outbound-ca": path], isDevelopment: true).caFile == path)
    }
}

/// The client that the protocol calls others with.
struct OutboundCallsTests {
    private static func kind(_ flags: [String: String], _ url: String) async throws -> OutboundError.Kind? {
        let sources = try await ConfigurationSourcesTests.sources(flags: flags)
        let client = OutboundCalls.client(try OutboundSetting(sources, isDevelopment: true))
        do {
            _ = try await client.send(OutboundRequest(.get, url))
            return nil
        } catch {
            return error.kind
        }
    }

    /// Nobody listens at the port: what may be reached fails to connect.
    @Test(
        arguments: [
            ([:], "https://127.0.0.1:1/", .refusedByPolicy), ([:], "https://[::1]:1/", .refusedByPolicy),
            ([:], "https://localhost:1/", .refusedByPolicy), ([:], "https://169.254.169.254:1/", .refusedByPolicy),
            ([:], "https://10.1.2.3:1/", .refusedByPolicy), ([:], "http://127.0.0.1:1/", .refusedByPolicy),
            (["outbound-allow": "127.0.0.0/8"], "https://127.0.0.1:1/", .connection),
            (["outbound-allow": "127.0.0.0/8"], "https://[::ffff:127.0.0.1]:1/", .connection),
            (["outbound-allow": "127.0.0.0/8"], "https://[::1]:1/", .refusedByPolicy),
            (["outbound-allow": "127.0.0.0/8"], "http://127.0.0.1:1/", .refusedByPolicy),
            (["outbound-allow": "10.0.0.0/8, ::1"], "https://[::1]:1/", .connection),
            (["outbound-allow": "10.0.0.0/8"], "https://127.0.0.1:1/", .refusedByPolicy),
        ] as [([String: String], String, OutboundError.Kind)]
    )
    func `private addresses are reached when they are named`(
        flags: [String: String],
        url: String,
        kind: OutboundError.Kind
    ) async throws {
        #expect(try await Self.kind(flags, url) == kind)
    }
}
