import HTTPTypes
import TestSupport
import Testing

@testable import Web

/// Documents are in the binary, and no path leads to a file.
struct StaticFileTests {
    private static let paths = [
        "/assets/../../etc/passwd", "/assets/../../../../../../../../etc/passwd", "/../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/%2E%2E%2F%2E%2E%2Fetc%2Fpasswd", "/assets/..%2f..%2fetc/passwd",
        "/assets/..%5c..%5cetc%5cpasswd", "/assets/..\\..\\etc\\passwd", "/assets/%252e%252e/%252e%252e/etc/passwd",
        "/assets/....//....//etc/passwd", "/assets/..;/..;/etc/passwd", "/assets/%c0%ae%c0%ae/etc/passwd",
        "/assets/%uff0e%uff0e/etc/passwd", "/assets//etc/passwd", "/assets//../martlet.db", "/assets/%2fetc%2fpasswd",
        "/assets/martlet.css%00.svg", "/assets/martlet.css/..", "/assets/./martlet.css",
        "/assets/../assets/martlet.css",
        "/assets/x/../martlet.css", "/assets/%2e/martlet.css", "/assets/file:/etc/passwd", "/assets/martlet.db",
        "/assets/", "/assets", "/assets/.env", "/.env", "/.git/config", "/keys/", "/martlet.db", "/etc/passwd",
    ]

    @Test(arguments: paths)
    func `CO-10 a path that climbs leads nowhere`(path: String) async throws {
        let server = try await TestServer()
        for page in [[:], [.accept: "text/html"]] as [HTTPFields] {
            let reply = try await server.call(.get, path, .none, page)
            #expect(reply.status == 404 || reply.status == 400)
            #expect(!reply.text.contains("root:") && !reply.text.contains("SQLite format"))
        }
        #expect(try await server.call(.get, "/assets/martlet.css").status == 200, "the control")
    }

    @Test func `CO-10 nor does it on the wire, where nothing puts it straight first`() async throws {
        let server = try await TestServer()
        let paths = Self.paths + ["http://id.example.org/../../etc/passwd", "../../etc/passwd", "/%00"]
        let outcomes = try await server.live { port in
            var outcomes: [RawConnection.Outcome] = []
            for path in paths + ["/assets/martlet.css"] {
                let head = "GET \(path) HTTP/1.1\r\nHost: id.example.org\r\nConnection: close\r\n\r\n"
                outcomes.append(try await RawConnection.run(to: port, [.send(head)]))
            }
            return outcomes
        }
        for (path, outcome) in zip(paths, outcomes) {
            #expect(outcome.statuses == [404] || outcome.statuses == [400], "\(path)")
            #expect(!outcome.text.contains("root:"))
        }
        #expect(outcomes.last?.statuses == [200], "the control")
    }
}
