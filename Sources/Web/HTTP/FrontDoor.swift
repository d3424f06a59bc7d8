import HTTPTypes
package import Hummingbird
package import JOSE
package import Logging
import NIOCore
import OAuth
package import Provider
import Synchronization

/// Everything that happens to every request: an id, its route, its body, the reply's fields, the count and the line in the log.
package struct FrontDoor: HTTPResponder {
    package typealias Context = RequestScope

    /// The largest request body, in bytes.
    package static let bodyLimit = 65_536

    private static let host = HTTPField.Name("Host")!

    /// Those whose word on the client's address is taken.
    let proxies: TrustedProxies
    private let table: RouteTable
    private let refusals: Refusals
    /// What people see who ask for a page that is not there.
    private let errorPage: (@Sendable (any Error, HTTPFields) -> Reply)?
    private let ids: RequestIDs
    private let journal: any RefusalJournal
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let strangers = RouteMetrics(endpoint: "none")

    package init(
        routes: [Route],
        refusals: Refusals,
        errorPage: (@Sendable (any Error, HTTPFields) -> Reply)? = nil,
        proxies: TrustedProxies = TrustedProxies(),
        journal: any RefusalJournal,
        logger: Logger,
        processID: String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        table = RouteTable(routes)
        self.refusals = refusals
        self.errorPage = errorPage
        self.proxies = proxies
        ids = RequestIDs(prefix: processID)
        self.journal = journal
        self.logger = logger
        self.now = now
    }

    package func respond(to request: Request, context: RequestScope) async throws -> Response {
        let start = ContinuousClock.now
        let visit = { path in
            Visit(id: ids.next(), start: start, request: request.head, path: path, scope: context)
        }
        // RFC 9112 §3.2: exactly one Host. The codec takes the first away, so what is left is a second.
        guard request.head.authority != nil, request.headers[Self.host] == nil else {
            return refuse(.ambiguousHost, visit(UnknownPath(request.uri.path).description))
        }
        switch table.match(request.method, request.uri.path) {
        case .found(let entry, let parameters):
            // A path may hold a secret, such as the token of a mail: where the pattern is known the log keeps that.
            let visit = visit(entry.route.pattern)
            let outcome = await outcome(of: entry.route, request, parameters, visit)
            return finish(outcome, of: entry.route, metrics: entry.metrics, visit)
        case .otherMethods(let methods) where request.method == .options:
            return finish(.complete(methods.preflight), of: nil, metrics: strangers, visit(methods.pattern))
        case .otherMethods(let methods):
            return refuse(.otherMethod(allow: methods.allow, seen: request.method), visit(methods.pattern))
        case .nothing:
            return refuse(.unknownRoute, visit(UnknownPath(request.uri.path).description))
        }
    }

    /// The reply to a request that found no route: a page for who asks for one.
    private func refuse(_ error: OAuthError, _ visit: Visit) -> Response {
        let accepts = visit.request.headerFields[.accept] ?? ""
        let reply = accepts.contains("text/html") ? errorPage?(error, visit.request.headerFields) : nil
        return finish(.complete(reply ?? refusals.reply(error)), of: nil, metrics: strangers, visit)
    }

    /// Completes a reply that did not come from here: the one of the HTTP library to a request that it could not parse.
    func sign(_ fields: inout HTTPFields) {
        // Looked through, not looked up: a look-up would first index all fields.
        guard !fields.contains(where: { $0.name == ResponseFields.requestID }) else { return }
        let id = ids.next()
        ResponseFields.add(to: &fields, requestID: id, for: nil)
        logger.debug("unreadable request", metadata: ["request_id": .string(id)])
    }

    /// One request on its way through.
    private struct Visit {
        let id: String
        let start: ContinuousClock.Instant
        let request: HTTPRequest
        /// As it may be logged.
        let path: String
        let scope: RequestScope

        /// As it may be logged: strangers make up methods.
        var method: String { request.method.rawValue.utf8.count > 24 ? "…" : request.method.rawValue }
    }

    /// The address of the client.
    private func client(of visit: Visit) -> String {
        proxies.client(behind: visit.scope.address, visit.request.headerFields)
    }

    private func outcome(
        of route: Route,
        _ request: Request,
        _ parameters: [String: String],
        _ visit: Visit
    ) async -> RouteReply {
        do {
            let body = try await Self.body(of: request, on: visit.scope.connection)
            let endpointRequest = EndpointRequest(
                path: request.uri.path,
                pathValues: parameters,
                query: request.uri.query ?? "",
                fields: request.headers,
                body: body,
                clientAddress: client(of: visit)
            )
            return try await route.respond(
                RouteRequest(
                    endpointRequest: endpointRequest,
                    connection: visit.scope.connection,
                    proxies: proxies
                )
            )
        } catch {
            return .complete(route.refusal(error))
        }
    }

    /// The whole body. Throws 413 over the limit; the connection is closed after such a reply.
    private static func body(of request: Request, on connection: PeerConnection) async throws -> [UInt8] {
        guard request.method != .get && request.method != .head else { return [] }
        if request.head.expectsContinue {
            if let length = request.headers[.contentLength].flatMap(Int.init), length > bodyLimit { throw tooLarge }
            await connection.sendContinue()
        }
        do {
            let buffer = try await request.body.collect(upTo: bodyLimit)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch {
            throw unreadable(
                .invalidRequest,
                "the body could not be read",
                expected: "well-formed HTTP",
                seen: "\(type(of: error))"
            )
        }
    }

    private static var tooLarge: OAuthError {
        unreadable(
            .contentTooLarge,
            "the body is too large",
            expected: "at most \(bodyLimit) bytes",
            seen: "more"
        )
    }

    /// Nobody knows where the next request begins: the connection ends with this reply.
    private static func unreadable(
        _ code: OAuthError.Code,
        _ description: WireText,
        expected: String,
        seen: String
    ) -> OAuthError {
        OAuthError(
            code,
            description,
            FailedCheck("body", expected: expected, seen: seen),
            fields: [.init("Connection", "close")]
        )
    }

    private func finish(_ outcome: RouteReply, of route: Route?, metrics: RouteMetrics, _ visit: Visit) -> Response {
        var response: Response
        var refusal: Refusal?
        switch outcome {
        case .complete(let reply):
            refusal = reply.refusal
            response = Response(
                status: reply.status,
                headers: reply.fields,
                body: reply.body.isEmpty ? .init() : .init(byteBuffer: ByteBuffer(bytes: reply.body))
            )
        case .stream(let fields, let write):
            response = Response(
                status: .ok,
                headers: fields,
                body: .init { writer in
                    try await write(&writer)
                    try await writer.finish(nil)
                }
            )
        }
        ResponseFields.add(to: &response.headers, requestID: visit.id, for: route)
        // Without the 100 nobody knows whether the peer sends the body after this (RFC 9110 §10.1.1).
        if route.map({ $0.method == .get }) ?? true, visit.request.expectsContinue {
            response.headers[.connection] = "close"
        }
        if visit.request.method == .head { response = response.createHeadResponse() }
        let elapsed = ContinuousClock.now - visit.start
        metrics.record(status: response.status.code, nanoseconds: elapsed.nanoseconds)
        record(refusal, visit)
        log(response.status.code, refusal, of: route, elapsed, visit)
        return response
    }

    private func record(_ refusal: Refusal?, _ visit: Visit) {
        guard let refusal else { return }
        journal.record(refusal, requestID: visit.id, endpoint: "\(visit.method) \(visit.path)", at: now())
    }

    /// Strangers who look for doors are no warning.
    private static func level(_ status: Int, _ refusal: Refusal?, of route: Route?) -> Logger.Level {
        if let refusal { return refusal.isFault ? .error : route == nil ? .info : .warning }
        return route?.isPublicDocument ?? true || status >= 400 ? .debug : .info
    }

    private func log(_ status: Int, _ refusal: Refusal?, of route: Route?, _ elapsed: Duration, _ visit: Visit) {
        let level = Self.level(status, refusal, of: route)
        guard logger.logLevel <= level else { return }
        var metadata: Logger.Metadata = [
            "request_id": .string(visit.id), "method": .string(visit.method), "path": .string(visit.path),
            "status": .stringConvertible(status), "client": .string(client(of: visit)),
            "ms": .string(elapsed.millisecondsText),
        ]
        if let refusal {
            metadata["error"] = .string(refusal.error)
            metadata["check"] = .string(refusal.failed.check)
            metadata["expected"] = .string(refusal.failed.expected)
            metadata["seen"] = .string(refusal.failed.seen)
        }
        logger.log(level: level, refusal == nil ? "request" : "refused", metadata: metadata)
    }
}

/// What Hummingbird tells of the connection that a request came on.
package struct RequestScope: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let connection: PeerConnection

    package init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        connection = PeerConnection(source.channel)
    }

    /// The address of the peer, without its port; empty when it has none.
    var address: String { connection.address }
}

/// Request ids that are unique for as long as two processes do not draw the same prefix.
private final class RequestIDs: Sendable {
    private let prefix: String
    private let count = Atomic<UInt64>(0)

    init(prefix: String) {
        self.prefix = prefix + "-"
    }

    func next() -> String {
        prefix + String(count.add(1, ordering: .relaxed).newValue, radix: 36)
    }
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// Milliseconds with two decimals.
    var millisecondsText: String {
        let hundredths = nanoseconds / 10_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
