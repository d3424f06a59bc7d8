package import JOSE
import Synchronization

/// A clock that stands still until it is moved, in either direction. It starts at a fixed moment.
package final class MovableClock: Sendable {
    /// The moment at which every clock starts.
    package static let start = Timestamp(seconds: 1_800_000_000)

    private let time: Mutex<Timestamp>

    package init(_ start: Timestamp = MovableClock.start) {
        time = Mutex(start)
    }

    /// What the clock shows, as the function that the code under test takes.
    package var now: @Sendable () -> Timestamp { { self.time.withLock { $0 } } }

    /// Moves the clock by `seconds`, back when they are negative.
    package func advance(by seconds: Int64) {
        time.withLock { $0 = $0 + seconds }
    }

    /// The same, by less than a second.
    package func advance(milliseconds: Int64) {
        time.withLock { $0 = Timestamp(milliseconds: $0.milliseconds + milliseconds) }
    }
}
