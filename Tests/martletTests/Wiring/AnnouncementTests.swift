import Testing

@testable import martlet

struct AnnouncementTests {
    private static func text(_ flags: [String: String], port: Int) async throws -> String {
        let configuration = try ServerConfiguration(await ConfigurationSourcesTests.sources(flags: flags))
        return Announcement(configuration).text(port: port)
    }

    @Test func `in development it says what to try next`() async throws {
        let text = try await Self.text(["dev": "on", "data": "/d"], port: 8080)
        #expect(text.contains("is ready: http://127.0.0.1:8080 (listening on 127.0.0.1:8080)"))
        #expect(text.contains("http://127.0.0.1:9464/metrics"))
        #expect(text.contains("mail is written to /d/mail"))
        let program = CommandLine.arguments[0]
        for command in ["register", "token", "userinfo"] {
            #expect(text.contains("  \(program) \(command) --server http://127.0.0.1:8080"))
        }
    }

    @Test func `for real it says where the server is and no more`() async throws {
        let text = try await Self.text(
            [
                "issuer": "https://id.example.org", "smtp-host": "mail.test", "metrics-port": "0",
                "smtp-password": "hunter2",
            ],
            port: 41_234
        )
        #expect(text == "martlet \(Martlet.version) is ready: https://id.example.org (listening on 127.0.0.1:41234)")
    }
}
