import HTTPTypes
import TestSupport
import Testing

@testable import Web

struct ResponseFieldsTests {
    /// A request and the kind of its route.
    struct Visit: Sendable, CustomTestStringConvertible {
        let method: HTTPRequest.Method
        let path: String
        /// Whether scripts of any origin may read the reply.
        let isOpen: Bool
        /// Whether it says more than a document does, so scripts may read its fields.
        var exposes = true
        var testDescription: String { "\(method.rawValue) \(path)" }

        static let all = [
            Visit(method: .post, path: "/oauth/token", isOpen: true),
            Visit(method: .post, path: "/oauth/challenge", isOpen: true),
            Visit(method: .post, path: "/oauth/revoke", isOpen: true),
            Visit(method: .get, path: "/oauth/userinfo", isOpen: true),
            Visit(method: .post, path: "/oauth/userinfo", isOpen: true),
            Visit(method: .post, path: "/api/send-verification", isOpen: true),
            Visit(method: .post, path: "/api/register", isOpen: true),
            Visit(method: .get, path: "/api/verification-status/x", isOpen: true),
            Visit(method: .get, path: "/oauth/jwks", isOpen: true, exposes: false),
            Visit(method: .get, path: "/health", isOpen: true, exposes: false),
            Visit(method: .get, path: "/.well-known/openid-configuration", isOpen: true, exposes: false),
            Visit(method: .get, path: "/.well-known/oauth-authorization-server", isOpen: true, exposes: false),
            Visit(method: .get, path: "/.well-known/oauth-protected-resource", isOpen: true, exposes: false),
            Visit(method: .post, path: "/oauth/introspect", isOpen: false),
            Visit(method: .get, path: "/api/verify/x", isOpen: false),
            Visit(method: .get, path: "/oauth/errors", isOpen: false),
            Visit(method: .get, path: "/assets/martlet.css", isOpen: false),
            Visit(method: .get, path: "/nothing", isOpen: false),
            Visit(method: .put, path: "/oauth/token", isOpen: false),
        ]
    }

    private static let security = [
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-XSS-Protection": "0",
        "Content-Security-Policy":
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ]

    private static let ofPages = [
        "Content-Security-Policy":
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
            + "frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy":
            "accelerometer=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), "
            + "magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(self), usb=()",
    ]

    @Test(arguments: Visit.all)
    func `every reply carries the security fields once`(visit: Visit) async throws {
        let reply = try await TestServer().call(visit.method, visit.path)
        let isPage = reply.field("Content-Type")?.hasPrefix("text/html") ?? false
        let expected = Self.security.merging(isPage ? Self.ofPages : [:]) { $1 }
        for (name, value) in expected {
            #expect(reply.fields[values: .init(name)!] == [value], "\(name)")
        }
        for name in Self.ofPages.keys where expected[name] == nil { #expect(reply.field(name) == nil, "\(name)") }
        #expect((reply.field("Referrer-Policy") == "no-referrer") == isPage)
    }

    @Test(arguments: Visit.all)
    func `scripts of other origins may read what is open and nothing else`(visit: Visit) async throws {
        let reply = try await TestServer().call(visit.method, visit.path, .none, [.origin: "https://app.example.com"])
        #expect(reply.field("Access-Control-Allow-Origin") == (visit.isOpen ? "*" : nil))
        #expect(reply.field("Access-Control-Allow-Credentials") == nil)
        let exposed = "WWW-Authenticate, OAuth-Client-Attestation-Challenge, Retry-After, X-Request-Id"
        #expect(reply.field("Access-Control-Expose-Headers") == (visit.isOpen && visit.exposes ? exposed : nil))
    }

    @Test(arguments: Visit.all.filter { $0.path != "/nothing" && $0.method != .put })
    func `a preflight is allowed where calls are`(visit: Visit) async throws {
        let reply = try await TestServer().call(
            .options,
            visit.path,
            .none,
            [.origin: "https://app.example.com", .accessControlRequestMethod: visit.method.rawValue]
        )
        #expect(reply.status == 204)
        #expect(reply.body.isEmpty)
        #expect(reply.field("Access-Control-Allow-Origin") == (visit.isOpen ? "*" : nil))
        #expect(reply.field("Access-Control-Allow-Headers") == (visit.isOpen ? "Authorization, Content-Type" : nil))
        #expect(reply.field("Access-Control-Max-Age") == (visit.isOpen ? "600" : nil))
        let methods = reply.field("Access-Control-Allow-Methods") ?? ""
        #expect(methods.contains(visit.method.rawValue) == visit.isOpen)
        #expect(reply.requestID != nil)
    }

    @Test func `a preflight to nowhere is 404`() async throws {
        #expect(try await TestServer().call(.options, "/nothing").status == 404)
    }

    @Test(
        arguments: Visit.all.filter {
            $0.method != .put && !$0.path.contains("well-known") && !$0.path.contains("jwks")
                && !$0.path.contains("css")
        }
    )
    func `nothing that is somebody's may be kept by a cache`(visit: Visit) async throws {
        let reply = try await TestServer().call(visit.method, visit.path)
        #expect(reply.field("Cache-Control") == "no-store")
    }
}
