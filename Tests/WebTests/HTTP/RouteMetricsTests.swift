import HTTPTypes
import Metrics
import MetricsTestKit
import TestSupport
import Testing

@testable import Web

/// The factory of the whole test process: it can be set once.
private enum Counted {
    static let metrics: TestMetrics = {
        let metrics = TestMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }()

    static func requests(_ endpoint: String, _ status: Int) -> Int64 {
        let counter = try? metrics.expectCounter(
            "martlet_http_requests_total",
            [("endpoint", endpoint), ("status", "\(status)")]
        )
        return counter?.totalValue ?? 0
    }
}

@Suite(.serialized) struct RouteMetricsTests {
    @Test func `requests are counted by endpoint and status, and timed`() throws {
        _ = Counted.metrics
        let metrics = RouteMetrics(endpoint: "/unit/{x}")
        metrics.record(status: 200, nanoseconds: 5)
        metrics.record(status: 200, nanoseconds: 7)
        metrics.record(status: 429, nanoseconds: 9)
        #expect(Counted.requests("/unit/{x}", 200) == 2)
        #expect(Counted.requests("/unit/{x}", 429) == 1)
        let timer = try Counted.metrics.expectTimer(
            "martlet_http_request_duration_seconds",
            [("endpoint", "/unit/{x}")]
        )
        #expect(timer.values == [5, 7, 9])
    }

    @Test func `the front door counts under the pattern, never under what a caller wrote`() async throws {
        _ = Counted.metrics
        // A path of its own keeps the counts apart from those of tests that run beside this one.
        let server = try await TestServer(issuer: "https://id.example.org/counted")
        for token in ["one", "two"] { _ = try await server.call(.get, "/counted/api/verify/\(token)") }
        _ = try await server.call(.post, "/counted/oauth/token", .form(["grant_type": "password"]))
        _ = try await server.call(.post, "/counted/oauth/challenge")
        #expect(Counted.requests("/counted/api/verify/{token}", 400) == 2)
        #expect(Counted.requests("/counted/oauth/challenge", 200) == 1)
        #expect(Counted.requests("/counted/oauth/challenge", 400) == 0)
        #expect(Counted.requests("/counted/oauth/token", 200) == 0)
        #expect(Counted.requests("/counted/oauth/token", 400) + Counted.requests("/counted/oauth/token", 401) == 1)
        #expect(Counted.requests("/counted/api/verify/one", 400) == 0)
    }

    @Test func `paths that lead nowhere share one counter`() async throws {
        _ = Counted.metrics
        let server = try await TestServer()
        let before = Counted.requests("none", 404)
        for number in 1...3 { _ = try await server.call(.get, "/scan/\(number)") }
        #expect(Counted.requests("none", 404) >= before + 3)
        #expect(Counted.requests("/scan/1", 404) == 0)
    }
}
