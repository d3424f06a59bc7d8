import HTTPTypes
import Provider

/// Finds the route of a request. A path has one form: no empty segments, no trailing slash, no encoded slashes; every other
/// spelling leads nowhere, so no limit or guard can be walked around.
struct RouteTable: Sendable {
    /// A route and what is counted for it.
    struct Entry: Sendable {
        let route: Route
        let metrics: RouteMetrics
    }

    /// What is mounted at one path.
    struct Methods: Sendable {
        var entries: [HTTPRequest.Method: Entry] = [:]
        /// The path that they share.
        var pattern: String { entries.values.first?.route.pattern ?? "" }
        var allow: String {
            (entries.keys.map(\.rawValue) + (document == nil ? [] : ["HEAD"])).sorted().joined(separator: ", ")
        }
        /// What HEAD asks for without its body (RFC 9110 §9.3.2): documents only, for a GET of another route may have effects.
        var document: Entry? { entries[.get].flatMap { $0.route.isPublicDocument ? $0 : nil } }
        var allowsBrowsers: Bool { entries.values.contains { $0.route.allowsBrowsers } }
    }

    enum Match {
        case found(Entry, parameters: [String: String])
        /// The path is there, the method is not.
        case otherMethods(Methods)
        case nothing
    }

    private var fixed: [String: Methods] = [:]
    private var patterns: [(pattern: PathPattern, methods: Methods)] = []

    init(_ routes: [Route]) {
        for route in routes {
            let entry = Entry(route: route, metrics: RouteMetrics(endpoint: route.pattern))
            let pattern = PathPattern(route.pattern)
            if pattern.isFixed {
                fixed[route.pattern, default: Methods()].entries[route.method] = entry
            } else if let index = patterns.firstIndex(where: { $0.pattern.text == pattern.text }) {
                patterns[index].methods.entries[route.method] = entry
            } else {
                patterns.append((pattern, Methods(entries: [route.method: entry])))
            }
        }
    }

    func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        if let methods = fixed[path] { return Self.choose(method, methods, [:]) }
        let segments = PathPattern.segments(of: path)
        for (pattern, methods) in patterns {
            if let values = pattern.values(in: segments) { return Self.choose(method, methods, values) }
        }
        return .nothing
    }

    private static func choose(
        _ method: HTTPRequest.Method,
        _ methods: Methods,
        _ parameters: [String: String]
    ) -> Match {
        let entry = method == .head ? methods.document : methods.entries[method]
        return entry.map { .found($0, parameters: parameters) } ?? .otherMethods(methods)
    }
}
