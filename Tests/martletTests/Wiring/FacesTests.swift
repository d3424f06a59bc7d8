import HTTPTypes
import JOSE
import Provider
import TestSupport
import Testing
import Web

@testable import martlet

/// The routes of the real assembly, and what the API document says of them.
struct FacesTests {
    private static func routes() async throws -> (routes: [Route], settings: Settings) {
        let test = try await TestProvider { $0.registration = .open }
        let core = Core(
            configuration: try ServerConfiguration(await ConfigurationSourcesTests.sources(flags: ["dev": "on"])),
            stores: test.stores,
            provider: test.provider,
            volatile: VolatileMemory(capacity: 16),
            sealing: SealingKey([UInt8](repeating: 7, count: 32)),
            random: test.random
        )
        let health = HealthRoute(checks: [], version: "1.2.3", readiness: Readiness(), now: { .now })
        return (try Faces(core, health: health).routes, test.provider.settings)
    }

    /// Pages, and what belongs to them: made for people, not for programs.
    private static let pages: Set<String> = [
        "GET /api/verify/{token}", "GET /oauth/errors", "GET /assets/martlet.css", "GET /assets/martlet.svg",
        "GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /recover", "POST /recover", "GET /recover/{token}",
        "POST /recover/{token}", "GET /account/confirm-email/{token}", "POST /account/confirm-email/{token}",
        "GET /account/link-not-valid", "GET /account", "POST /account/name", "POST /account/email",
        "POST /account/email/confirm", "POST /account/password", "GET /account/sessions", "POST /account/sessions/end",
        "POST /account/sessions/end-others", "GET /account/keys", "POST /account/keys/remove", "GET /account/friends",
        "POST /account/friends", "POST /account/friends/remove", "GET /admin/users", "GET /admin/users/{id}",
        "POST /admin/users/{id}/block", "POST /admin/users/{id}/unblock", "POST /admin/users/{id}/roles",
        "GET /register", "POST /register", "GET /authorize", "POST /authorize", "POST /authorize/consent",
        "GET /assets/submit.js", "GET /account/applications",
        "POST /account/applications/revoke", "GET /end-session", "POST /end-session", "POST /end-session/confirm",
        "GET /logo", "GET /account/details", "POST /account/details/profile", "POST /account/details/address",
        "POST /account/details/phone",
        "POST /language", "GET /accounts", "POST /accounts/choose", "POST /accounts/sign-out",
    ]

    @Test func `every route but the pages is in the API document`() async throws {
        let routes = try await Self.routes().routes
        let undescribed = Set(
            routes.filter { $0.operation == nil }.map { "\($0.method.rawValue) \($0.pattern)" }
        )
        #expect(undescribed == Self.pages, "describe the route, or name the page here")
    }

    @Test func `no two operations share an id, and each says what a good request gets`() async throws {
        let (routes, settings) = try await Self.routes()
        let operations = APIDocument(routes, settings: settings, version: "1").operations
        #expect(Set(operations.map(\.id)).count == operations.count)
        for operation in operations {
            #expect(operation.replies.contains { (200..<400).contains($0.status) }, "\(operation.id)")
        }
    }

    @Test func `the values of a path are those of its pattern`() async throws {
        for route in try await Self.routes().routes {
            guard let operation = route.operation else { continue }
            let named = route.pattern.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                $0.dropFirst().dropLast()
            }
            #expect(operation.parameters.filter { $0.place == .path }.map(\.name) == named.map(String.init))
        }
    }

    @Test func `a name of a schema means one schema`() async throws {
        let (routes, settings) = try await Self.routes()
        var seen: [String: JSONObject] = [:]
        for operation in APIDocument(routes, settings: settings, version: "1").operations {
            for schema in operation.schemas {
                for (name, json) in schema.components {
                    #expect(seen.updateValue(json, forKey: name).map { $0 == json } ?? true, "\(name)")
                }
            }
        }
        #expect(seen.count > 5)
    }
}
