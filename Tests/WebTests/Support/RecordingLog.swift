import Logging
import Synchronization

/// Keeps all that is logged, at every level.
final class RecordingLog: Sendable {
    /// One event.
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let kept = Mutex<[Line]>([])

    var lines: [Line] { kept.withLock { $0 } }

    /// Everything that was logged, as one text to search.
    var text: String {
        lines.map { line in
            let metadata = line.metadata.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ")
            return "\(line.level) \(line.message) \(metadata)"
        }.joined(separator: "\n")
    }

    /// The lines of the request with this id.
    subscript(requestID: String?) -> [Line] { lines.filter { $0.metadata["request_id"] == requestID } }

    var logger: Logger {
        Logger(label: "test") { _ in RecordingLogHandler(log: self) }
    }

    fileprivate func keep(_ line: Line) {
        kept.withLock { $0.append(line) }
    }
}

private struct RecordingLogHandler: LogHandler {
    let log: RecordingLog
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    init(log: RecordingLog) {
        self.log = log
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues(\.description)
        log.keep(.init(level: event.level, message: event.message.description, metadata: all))
    }
}
