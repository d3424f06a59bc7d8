import HTTPTypes
import OAuth

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
    private var patterns: [(segments: [Substring], methods: Methods)] = []

    init(_ routes: [Route]) {
        for route in routes {
            let entry = Entry(route: route, metrics: RouteMetrics(endpoint: route.pattern))
            if route.pattern.contains("{") {
                add(entry, pattern: route.pattern)
            } else {
                fixed[route.pattern, default: Methods()].entries[route.method] = entry
            }
        }
    }

    private mutating func add(_ entry: Entry, pattern: String) {
        let segments = pattern.split(separator: "/", omittingEmptySubsequences: false)
        if let index = patterns.firstIndex(where: { $0.segments == segments }) {
            patterns[index].methods.entries[entry.route.method] = entry
        } else {
            patterns.append((segments, Methods(entries: [entry.route.method: entry])))
        }
    }

    func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        if let methods = fixed[path] { return Self.choose(method, methods, [:]) }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        for pattern in patterns where pattern.segments.count == segments.count {
            if let parameters = Self.parameters(of: segments, in: pattern.segments) {
                return Self.choose(method, pattern.methods, parameters)
            }
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

    private static func parameters(of segments: [Substring], in pattern: [Substring]) -> [String: String]? {
        var parameters: [String: String] = [:]
        for (segment, expected) in zip(segments, pattern) {
            if expected.hasPrefix("{") {
                guard !segment.isEmpty, let value = PercentEncoding.decode(segment), !value.contains("/") else {
                    return nil
                }
                parameters[String(expected.dropFirst().dropLast())] = value
            } else if segment != expected {
                return nil
            }
        }
        return parameters
    }
}
