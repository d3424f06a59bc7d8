import TestSupport
import Testing

@testable import martlet

struct TLSSettingTests {
    private static func setting(_ flags: [String: String], isDevelopment: Bool) async throws -> TLSSetting {
        try TLSSetting(await ConfigurationSourcesTests.sources(flags: flags), isDevelopment: isDevelopment)
    }

    @Test(
        arguments: [
            ([:], .off), (["tls": "off"], .off), (["tls": "Self-Signed"], .selfSigned),
            (["tls-certificate": "/c", "tls-key": "/k"], .files(certificate: "/c", key: "/k")),
            (["tls": "off", "tls-certificate": "/c", "tls-key": "/k"], .files(certificate: "/c", key: "/k")),
        ] as [([String: String], TLSSetting)]
    )
    func `what is set is taken in development`(flags: [String: String], expected: TLSSetting) async throws {
        #expect(try await Self.setting(flags, isDevelopment: true) == expected)
        guard expected != .selfSigned else { return }
        #expect(try await Self.setting(flags, isDevelopment: false) == expected)
    }

    @Test(arguments: [
        (["tls": "on"], "--tls must be off or self-signed, not \"on\""),
        (["tls-certificate": "/c"], "--tls-certificate needs --tls-key"),
        (["tls-key": "/k"], "--tls-key needs --tls-certificate"),
        (["tls": "self-signed", "tls-certificate": "/c", "tls-key": "/k"], "exclude each other"),
    ])
    func `what contradicts itself is refused`(flags: [String: String], sentence: String) async throws {
        let failure = await #expect(throws: ConfigurationError.self) {
            _ = try await Self.setting(flags, isDevelopment: true)
        }
        #expect(failure?.description.contains(sentence) == true)
    }

    @Test func `a certificate of one's own making is for development`() async throws {
        let failure = await #expect(throws: ConfigurationError.self) {
            _ = try await Self.setting(["tls": "self-signed"], isDevelopment: false)
        }
        #expect(
            failure?.description
                == "--tls self-signed is only for development: set --tls-certificate and --tls-key, or add --dev"
        )
    }

    @Test(arguments: [
        (["dev": "on", "tls": "self-signed"], "https://localhost:8080"),
        (["dev": "on", "tls": "self-signed", "port": "9000", "host": "::1"], "https://localhost:9000"),
        (["dev": "on", "tls-certificate": "/c", "tls-key": "/k"], "https://127.0.0.1:8080"),
        (["dev": "on", "tls": "self-signed", "issuer": "https://id.test"], "https://id.test"),
        (["dev": "on"], "http://127.0.0.1:8080"),
    ])
    func `in development the issuer says how the server is reached`(flags: [String: String], issuer: String)
        async throws
    {
        let sources = try await ConfigurationSourcesTests.sources(flags: flags)
        #expect(try ServerConfiguration(sources).issuer == issuer)
    }

    /// Flags beside those of a server that listens to the world, and how many warnings there are.
    @Test(arguments: [([:], 1), (["tls-certificate": "/c", "tls-key": "/k"], 0)] as [([String: String], Int)])
    func `plain HTTP to the world is warned of`(flags: [String: String], count: Int) async throws {
        let world = ["issuer": "https://id.test", "smtp-host": "mail.test", "host": "0.0.0.0"]
        let sources = try await ConfigurationSourcesTests.sources(flags: world.merging(flags) { $1 })
        #expect(try ServerConfiguration(sources).warnings.count == count)
    }

    @Test(arguments: [
        ("https://id.test", "id.test"), ("https://id.test:8443/a", "id.test"), ("https://[::1]:8443", "::1"),
        ("https://192.0.2.1", "192.0.2.1"),
    ])
    func `the certificate has to be for the issuer's host`(issuer: String, host: String) async throws {
        let sources = try await ConfigurationSourcesTests.sources(flags: ["dev": "on", "issuer": issuer])
        #expect(try ServerConfiguration(sources).issuerHost == host)
    }
}
