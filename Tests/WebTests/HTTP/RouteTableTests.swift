import HTTPTypes
import Provider
import Testing

@testable import Web

struct RouteTableTests {
    private static func table(_ routes: [(HTTPRequest.Method, String)]) -> RouteTable {
        RouteTable(
            routes.map { method, pattern in
                Route(method, pattern, refusal: { _ in Reply(.badRequest) }) { _ in .complete(Reply()) }
            }
        )
    }

    private static let table = table([
        (.get, "/a"), (.post, "/a"), (.get, "/a/{x}"), (.delete, "/a/{x}"), (.get, "/a/{x}/b/{y}"), (.get, "/a/fixed"),
    ])

    /// The pattern and parameters of what a path leads to; nil when nowhere.
    private static func found(_ method: HTTPRequest.Method, _ path: String) -> (String, [String: String])? {
        guard case .found(let entry, let parameters) = table.match(method, path) else { return nil }
        return ("\(entry.route.method.rawValue) \(entry.route.pattern)", parameters)
    }

    @Test(
        arguments: [
            ("/a", "GET /a", [:]), ("/a/1", "GET /a/{x}", ["x": "1"]), ("/a/fixed", "GET /a/fixed", [:]),
            ("/a/%41%c3%a9", "GET /a/{x}", ["x": "Aé"]), ("/a/a+b", "GET /a/{x}", ["x": "a+b"]),
            ("/a/1/b/2", "GET /a/{x}/b/{y}", ["x": "1", "y": "2"]), ("/a/..", "GET /a/{x}", ["x": ".."]),
            ("/a/%25", "GET /a/{x}", ["x": "%"]), ("/a/%2541", "GET /a/{x}", ["x": "%41"]),
        ] as [(String, String, [String: String])]
    )
    func `a path finds its route and its parameters, decoded once`(
        path: String,
        route: String,
        parameters: [String: String]
    ) throws {
        let found = try #require(Self.found(.get, path))
        #expect(found.0 == route)
        #expect(found.1 == parameters)
    }

    @Test(arguments: [
        "", "/", "a", "/A", "/a/", "/a//", "//a", "/a/1/", "/a/1/b", "/a/1/b/", "/a//b/2", "/a/%2F", "/a/%2f1", "/a/%",
        "/a/%4",
        "/a/%zz", "/a/%2F%CC%81", "/a/%D8%80%2F", "/a/%+1", "/a/%ff", "/a/%c3", "/a/%ed%a0%80", "/a/%C0%AF",
    ])
    func `every other spelling leads nowhere`(path: String) {
        guard case .nothing = Self.table.match(.get, path) else {
            Issue.record("\(path) leads somewhere")
            return
        }
    }

    @Test(arguments: [("/a", "GET, POST"), ("/a/1", "DELETE, GET"), ("/a/1/b/2", "GET"), ("/a/fixed", "GET")])
    func `a known path with another method tells those it has`(path: String, allow: String) {
        guard case .otherMethods(let methods) = Self.table.match(.patch, path) else {
            Issue.record("\(path) is not known")
            return
        }
        #expect(methods.allow == allow)
    }

    @Test func `scripts may ask a path of which one method is open`() {
        func route(_ method: HTTPRequest.Method, isOpen: Bool) -> Route {
            Route(method, "/x", allowsBrowsers: isOpen, refusal: { _ in Reply() }) { _ in .complete(Reply()) }
        }
        for (first, second) in [(true, true), (true, false), (false, true), (false, false)] {
            let table = RouteTable([route(.get, isOpen: first), route(.post, isOpen: second)])
            guard case .otherMethods(let methods) = table.match(.options, "/x") else { continue }
            #expect(methods.allowsBrowsers == (first || second))
        }
    }
}
