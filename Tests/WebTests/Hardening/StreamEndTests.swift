import Accounts
import HTTPTypes
import Logging
import NIOCore
import Provider
import Synchronization
import TestSupport
import Testing

@testable import Web

struct StreamEndTests {
    /// The signals of one watcher, and whether anybody still wants them.
    private final class Watched: Sendable {
        let signals: AsyncStream<VerificationWatchers.Signal>
        private let continuation: AsyncStream<VerificationWatchers.Signal>.Continuation
        private let isOver = Mutex(false)

        init() {
            (signals, continuation) = AsyncStream.makeStream()
            continuation.onTermination = { [weak self] _ in self?.isOver.withLock { $0 = true } }
        }

        func route(of server: TestServer, lifetime: TimeAmount) -> Route {
            Route(.get, "/stream", refusal: server.provider.provider.refusals.reply(to:)) { [signals] request in
                EventStream(signals: signals, connection: request.connection, lifetime: lifetime)
                    .reply { _ in EventStream<Never>.comment }
            }
        }

        /// Waits for the end, for so many milliseconds at most; without a number for a minute, which is for ever.
        func isOver(within milliseconds: Int = 60_000) async throws -> Bool {
            for _ in 0..<milliseconds / 10 {
                if isOver.withLock({ $0 }) { return true }
                try await Task.sleep(for: .milliseconds(10))
            }
            return false
        }
    }

    private static let request = RawConnection.Step.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")

    private static func server(_ watched: Watched, lifetime: TimeAmount = .minutes(15)) async throws -> TestServer {
        let server = try await TestServer()
        return try TestServer(over: server.provider, .init(routes: [watched.route(of: server, lifetime: lifetime)]))
    }

    @Test func `a stream ends at once when the peer goes away`() async throws {
        let watched = Watched()
        try await Self.server(watched).live { (port: Int) async throws in
            let leaves = ContinuousClock.now + .seconds(3)
            async let outcome = RawConnection.run(to: port, patience: .seconds(3), [Self.request])
            // The control: while the peer is there, so is the stream. (On a machine so busy that it left meanwhile, nothing is shown.)
            let isOverTooEarly = try await watched.isOver(within: 200)
            #expect(!isOverTooEarly || ContinuousClock.now > leaves)
            let text = try await outcome.text
            #expect(text.contains(": keep-alive"))
            let isOver = try await watched.isOver()
            #expect(isOver)
        }
    }

    @Test func `a stream ends when its time is over, and its connection goes on`() async throws {
        let watched = Watched()
        let outcome = try await Self.server(watched, lifetime: .milliseconds(300)).live { port in
            try await RawConnection.run(
                to: port,
                [
                    Self.request, .pause(.milliseconds(900)),
                    .send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
                ]
            )
        }
        #expect(outcome.statuses == [200, 200])
        #expect(outcome.text.contains("0\r\n\r\nHTTP/1.1 200"))
        #expect(outcome.wasClosed)
        let isOver = try await watched.isOver()
        #expect(isOver)
    }

    @Test func `an open stream does not hold up a stop`() async throws {
        let watched = Watched()
        let server = try await Self.server(watched)
        let connection = try await server.live { port in
            let connection = Task { try await RawConnection.run(to: port, [Self.request]) }
            let isOverTooEarly = try await watched.isOver(within: 400)
            #expect(!isOverTooEarly)
            return connection
        }
        // Who holds up the stop is let go by its client's patience alone, which is no end from here.
        #expect(try await connection.value.wasClosed)
        #expect(try await watched.isOver())
        #expect(server.log.lines.filter { $0.level >= .error }.isEmpty)
    }
}
