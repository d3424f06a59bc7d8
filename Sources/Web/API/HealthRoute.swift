import HTTPTypes
import JOSE
package import Provider
import Synchronization

/// The health of the server, for balancers and people: `GET /health`.
package struct HealthRoute: Sendable {
    /// A part of the server that may be unwell.
    package struct Check: Sendable {
        let name: String
        /// Whether the server cannot do its work without it.
        let isNeeded: Bool
        let isHealthy: @Sendable () async -> Bool

        package init(_ name: String, isNeeded: Bool = true, isHealthy: @escaping @Sendable () async -> Bool) {
            self.name = name
            self.isNeeded = isNeeded
            self.isHealthy = isHealthy
        }
    }

    private let checks: [Check]
    private let version: String
    private let start: ContinuousClock.Instant
    private let readiness: Readiness
    private let now: @Sendable () -> ContinuousClock.Instant

    /// `now` tells how long the server has run; the wall clock may be set meanwhile.
    package init(
        checks: [Check],
        version: String,
        readiness: Readiness,
        now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.checks = checks
        self.version = version
        self.readiness = readiness
        self.now = now
        start = now()
    }

    package func route(refusals: Refusals) -> Route {
        Route(.get, "/health", isPublicDocument: true, operation: Self.operation, refusal: refusals.reply(to:)) { _ in
            .complete(await reply())
        }
    }

    private static let operation: Operation = {
        let state = JSONSchema.one(of: "healthy", "unhealthy")
        let report = JSONSchema.object([
            "status": state, "service": .text(), "version": .text(), "uptime": .integer(0...Int64.max),
            "checks": .map(of: .one(of: "healthy", "unhealthy", "degraded")),
        ]).named("Health")
        return Operation("readHealth", "Whether the server and its parts are well.", of: .documents)
            .answering("All is well.", report)
            .answering(503, "Something is not, or the server is stopping.", report)
    }()

    private func reply() async -> Reply {
        var results = JSONObject()
        var isHealthy = readiness.isReady
        for check in checks {
            let result = await check.isHealthy()
            isHealthy = isHealthy && (result || !check.isNeeded)
            results[check.name] = .string(result ? "healthy" : check.isNeeded ? "unhealthy" : "degraded")
        }
        return .json(
            [
                "status": .string(isHealthy ? "healthy" : "unhealthy"),
                "service": "self-server",
                "version": .string(version),
                "uptime": .integer((now() - start).components.seconds),
                "checks": .object(results),
            ],
            status: isHealthy ? .ok : .serviceUnavailable
        )
    }
}

/// Whether the server wants requests: false from the moment it is told to stop.
package final class Readiness: Sendable {
    private let ready = Atomic(true)

    package init() {}

    package var isReady: Bool { ready.load(ordering: .relaxed) }

    package func end() { ready.store(false, ordering: .relaxed) }
}
