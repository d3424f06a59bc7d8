/// A write that waits for the writer. After it was queued only the writer touches it.
protocol QueuedWrite: AnyObject, Sendable {
    var queuedAt: ContinuousClock.Instant { get }
    /// Runs the body and keeps its result until the commit.
    func perform(on connection: Connection) throws
    /// Called once, when the commit has succeeded or with the reason why this write does not count.
    func settle(_ failure: (any Error)?)
}

/// A write whose caller waits. Safe to send: the caller gives it away on queueing it, the one writer does the rest.
final class AwaitedWrite<Result: Sendable>: QueuedWrite, @unchecked Sendable {
    let queuedAt = ContinuousClock.now
    private let body: @Sendable (Connection) throws -> Result
    private let caller: CheckedContinuation<Result, any Error>
    private var result: Result?

    init(_ body: @escaping @Sendable (Connection) throws -> Result, caller: CheckedContinuation<Result, any Error>) {
        self.body = body
        self.caller = caller
    }

    func perform(on connection: Connection) throws {
        result = try body(connection)
    }

    func settle(_ failure: (any Error)?) {
        if let result, failure == nil {
            caller.resume(returning: result)
        } else {
            caller.resume(throwing: failure ?? DatabaseError.unavailable("the write did not run"))
        }
    }
}

/// A write that nobody waits for.
final class UnawaitedWrite: QueuedWrite {
    let queuedAt = ContinuousClock.now
    private let body: @Sendable (Connection) throws -> Void

    init(_ body: @escaping @Sendable (Connection) throws -> Void) {
        self.body = body
    }

    func perform(on connection: Connection) throws {
        try body(connection)
    }

    func settle(_ failure: (any Error)?) {}
}
