import Dispatch
import Logging
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes log lines to a file descriptor on a queue of its own, many at a time, so that a slow terminal or a full pipe
/// never delays a request. What does not fit the bounded queue is dropped, and the number of dropped lines is logged.
final class LogWriter: Sendable {
    private struct Backlog {
        var lines: [LogLine] = []
        var dropped = 0
        var isDraining = false
    }

    private let capacity: Int
    private let descriptor: CInt
    private let format: LogFormat
    private let backlog: Mutex<Backlog>
    private let formatter: Mutex<LogFormatter>
    private let queue = DispatchQueue(label: "martlet.log")

    /// - Parameters:
    ///   - descriptor: stays open as long as the writer; the writer does not close it.
    ///   - capacity: the largest number of lines that wait.
    init(to descriptor: CInt, format: LogFormat, capacity: Int = 8_192) {
        self.descriptor = descriptor
        self.format = format
        self.capacity = capacity
        backlog = Mutex(Backlog())
        formatter = Mutex(LogFormatter(format: format))
    }

    /// Takes a line, or counts it as dropped.
    func write(_ line: LogLine) {
        let mustWake = backlog.withLock { backlog in
            guard backlog.lines.count < capacity else {
                backlog.dropped += 1
                return false
            }
            backlog.lines.append(line)
            defer { backlog.isDraining = true }
            return !backlog.isDraining
        }
        if mustWake { queue.async { self.gatherAndDrain() } }
    }

    /// Returns when every line taken so far is written, or after a while if the descriptor takes none.
    /// - Parameter seconds: the longest wait.
    /// - Returns: whether everything was written.
    @discardableResult
    func flush(within seconds: Int = 2) -> Bool {
        let written = DispatchWorkItem { self.drain() }
        queue.async(execute: written)
        return written.wait(timeout: .now() + .seconds(seconds)) == .success
    }

    /// Waits a moment for more lines: under load one write then carries dozens of them, and a caller wakes the queue
    /// once for all.
    private func gatherAndDrain() {
        usleep(2_000)
        drain()
    }

    private func drain() {
        while let (lines, dropped) = next() {
            let bytes = formatter.withLock { $0.bytes(of: lines, dropped: dropped) }
            writeAll(bytes)
        }
    }

    private func next() -> (lines: [LogLine], dropped: Int)? {
        backlog.withLock { backlog in
            guard !backlog.lines.isEmpty || backlog.dropped > 0 else {
                backlog.isDraining = false
                return nil
            }
            let next = (backlog.lines, backlog.dropped)
            backlog.lines = []
            backlog.lines.reserveCapacity(min(next.0.count, 256))
            backlog.dropped = 0
            return next
        }
    }

    /// A descriptor that refuses the bytes for good gets no second try: there is nowhere to complain.
    private func writeAll(_ bytes: [UInt8]) {
        blockBrokenPipeSignal()
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                waitUntilWritable()
            } else if errno != EINTR {
                return
            }
        }
    }

    /// Whoever reads the log may go away; the server stays.
    private func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private func waitUntilWritable() {
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&state, 1, 1_000)
    }
}

private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
