import NIOCore

/// Closes a channel once a deadline has passed. Looks at the deadlines now and then, so that a request costs no timer of its own.
///
/// Used on the channel's event loop alone.
final class DeadlineWatch {
    /// When the peer must have sent what is awaited; nil when nothing is.
    var read: NIODeadline?
    /// When the peer must have taken what waits for it; nil when nothing does.
    var write: NIODeadline?
    /// When the channel must have ended; nil when it may stay.
    var end: NIODeadline?
    private var task: RepeatedTask?

    /// Whether it looks.
    var isRunning: Bool { task != nil }

    /// Looks every `interval` from now on.
    func begin(on channel: any Channel, every interval: TimeAmount) {
        guard task == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        task = channel.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let now = channel.eventLoop.now
            let deadlines = [bound.value.read, bound.value.write, bound.value.end]
            if deadlines.contains(where: { $0.map { $0 < now } ?? false }) { channel.close(promise: nil) }
        }
    }

    /// Looks no longer.
    func stop() {
        task?.cancel()
        task = nil
    }
}
