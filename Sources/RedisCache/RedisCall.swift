import NIOCore
import Synchronization

/// A command on its way, and who waits for its reply.
struct RedisCall: Sendable {
    let command: [[UInt8]]
    /// When whoever waits is told that there is none.
    let deadline: NIODeadline
    let answer: RedisAnswer
}

/// Tells somebody the reply, or nil when there is none, exactly once: the first word counts, and if none is ever said, the end
/// of this value says nil.
final class RedisAnswer: Sendable {
    private let tell: Mutex<(@Sendable (RESPReply?) -> Void)?>

    init(_ tell: (@Sendable (RESPReply?) -> Void)? = nil) {
        self.tell = Mutex(tell)
    }

    deinit {
        give(nil)
    }

    func give(_ reply: RESPReply?) {
        let tell = tell.withLock { tell in
            defer { tell = nil }
            return tell
        }
        tell?(reply)
    }
}
