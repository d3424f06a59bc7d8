import HTTPTypes
import JOSE
import TestSupport
import Testing

@testable import Web

struct HealthRouteTests {
    @Test(arguments: [(true, 200, "healthy"), (false, 503, "unhealthy")])
    func `health is the sum of its checks`(isHealthy: Bool, status: Int, word: String) async throws {
        let server = try await TestServer(
            .init(checks: [.init("database") { true }, .init("email_service") { isHealthy }])
        )
        let reply = try await server.call(.get, "/health")
        #expect(reply.status == status)
        #expect(reply.json?.names == ["status", "service", "version", "uptime", "checks"])
        #expect(reply["status"] == word)
        #expect(reply["service"] == "self-server")
        #expect(reply["version"] == "1.2.3")
        #expect(reply.json?["uptime"]?.integerValue ?? -1 >= 0)
        #expect(reply.json?["checks"] == ["database": "healthy", "email_service": .string(word)])
        #expect(reply.field("Cache-Control") == "no-store")
    }

    @Test func `a part that the server can do without is degraded, and the server healthy`() async throws {
        let server = try await TestServer(
            .init(checks: [.init("database") { true }, .init("redis", isNeeded: false) { false }])
        )
        let reply = try await server.call(.get, "/health")
        #expect(reply.status == 200)
        #expect(reply["status"] == "healthy")
        #expect(reply.json?["checks"] == ["database": "healthy", "redis": "degraded"])
    }

    @Test func `a server that stops is unhealthy though all its checks are well`() async throws {
        let server = try await TestServer()
        #expect(try await server.call(.get, "/health").status == 200)
        server.readiness.end()
        let reply = try await server.call(.get, "/health")
        #expect(reply.status == 503)
        #expect(reply.json?["checks"] == ["database": "healthy"])
    }

    @Test(arguments: ["/metrics", "/admin", "/debug"])
    func `what belongs to operators is not on the public listener`(path: String) async throws {
        #expect(try await TestServer().call(.get, path).status == 404)
    }
}
