import Provider
import TestSupport
import Testing

@testable import Web
@testable import martlet

struct ServerConfigurationHardeningTests {
    private static func configuration(_ flags: [String: String], environmentFile: String = "") async throws
        -> ServerConfiguration
    {
        let folder = try ScratchFolder()
        try folder.write(environmentFile, to: ".env")
        return try ServerConfiguration(
            await ConfigurationSources(
                flags: flags,
                file: nil,
                environment: [:],
                environmentFile: folder.path(".env")
            )
        )
    }

    private static let production = ["issuer": "https://id.example.org", "smtp-host": "mail.example.org"]

    private static func refusal(_ flags: [String: String], environmentFile: String = "") async throws -> String {
        let error = await #expect(throws: ConfigurationError.self) {
            _ = try await configuration(flags, environmentFile: environmentFile)
        }
        return error?.description ?? ""
    }

    @Test(arguments: [
        ("", "10.0.0.1", false), ("10.0.0.0/8", "10.0.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
        ("192.0.2.1, 10.0.0.0/8 ,2001:db8::/32", "2001:db8::1", true), ("192.0.2.1,10.0.0.0/8", "192.0.2.1", true),
        ("::1", "::1", true),
    ])
    func `trusted proxies are addresses and networks`(text: String, address: String, isTrusted: Bool) async throws {
        let configuration = try await Self.configuration(["dev": "on", "trusted-proxies": text])
        #expect(configuration.trustedProxies.contains(address) == isTrusted)
    }

    @Test func `nobody is trusted unless said`() async throws {
        let configuration = try await Self.configuration(["dev": "on"])
        #expect(!configuration.trustedProxies.contains("127.0.0.1"))
    }

    @Test(arguments: [
        "10.0.0.0/33", "0.0.0.0/0", "::/0", "proxy.example", "10.0.0.1 10.0.0.2", "10.0.0.0/8;10.0.0.1", "*",
    ])
    func `a wrong network is refused in a sentence`(text: String) async throws {
        let said = try await Self.refusal(["dev": "on", "trusted-proxies": text])
        #expect(said.contains("--trusted-proxies") && said.contains("\"\(text)\"") && said.contains("10.0.0.0/8"))
    }

    @Test(arguments: [
        "port", "smtp-port", "rate-limits", "issuer", "smtp-security", "trusted-proxies", "access-token-lifetime",
    ])
    func `a value of more than one line is never shown`(name: String) async throws {
        for separator in ["\n", "\r", "\r\n", "\u{2028}"] {
            let said = try await Self.refusal(
                ["dev": "on", "smtp-host": "mail.example.org", name: "1\(separator)SMTP_PASSWORD=hunter2"]
            )
            #expect(said.contains("--\(name)"))
            #expect(!said.contains("hunter2"))
        }
        // The control: a value of one line is shown.
        let said = try await Self.refusal(["dev": "on", "smtp-host": "mail.example.org", name: "wrong value"])
        #expect(said.contains("\"wrong value\""))
    }

    @Test func `a file with CRLF is read like one with LF`() async throws {
        let configuration = try await Self.configuration(
            ["dev": "on"],
            environmentFile: "MARTLET_PORT=9999\r\nMARTLET_HOST=127.0.0.2\r\n"
        )
        #expect(configuration.port == 9999)
        #expect(configuration.host == "127.0.0.2")
        let said = try await Self.refusal(["dev": "on"], environmentFile: "MARTLET_PORT=9999\r\nMARTLET_PROT=1\r\n")
        #expect(said.contains("MARTLET_PROT") && !said.contains("9999"))
    }

    @Test func `port 0 says that it needs an issuer`() async throws {
        #expect(try await Self.refusal(["dev": "on", "port": "0"]).contains("--port 0 needs --issuer"))
        #expect(try await Self.refusal(["port": "0"]).contains("--issuer is missing"))
        #expect(try await Self.configuration(["dev": "on", "port": "0", "issuer": "http://localhost:1"]).port == 0)
    }

    @Test(arguments: [
        ("127.0.0.1", false), ("127.9.9.9", false), ("::1", false), ("localhost", false), ("LOCALHOST", false),
        ("0.0.0.0", true), ("::", true), ("192.0.2.1", true), ("id.example.org", true), ("127.0.0.1.example.org", true),
    ])
    func `who listens to others is warned`(host: String, isWarned: Bool) async throws {
        let development = try await Self.configuration(["dev": "on", "host": host, "issuer": "http://localhost:1"])
        #expect(development.warnings.contains { $0.contains("links are shown to anyone who asks") } == isWarned)
        let production = try await Self.configuration(Self.production.merging(["host": host]) { $1 })
        #expect(production.warnings.contains { $0.contains("TLS must end in front of it") } == isWarned)
    }
}
