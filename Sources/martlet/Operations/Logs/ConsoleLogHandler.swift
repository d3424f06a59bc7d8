import Logging

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Hands log events to a ``LogWriter``, which formats and writes them.
struct ConsoleLogHandler: LogHandler {
    /// Seconds since 1970 and the milliseconds of that second.
    typealias Clock = @Sendable () -> (seconds: Int64, milliseconds: Int32)

    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let writer: LogWriter
    private let now: Clock

    init(label: String, level: Logger.Level, writer: LogWriter, now: @escaping Clock = systemTime) {
        self.label = label
        self.writer = writer
        self.now = now
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = now()
        writer.write(
            LogLine(
                seconds: time.seconds,
                milliseconds: time.milliseconds,
                level: event.level,
                logger: label,
                message: LogEscaping.bounded(event.message.description),
                error: event.error,
                metadata: metadata(of: event)
            )
        )
    }

    private func metadata(of event: LogEvent) -> LogLine.Layers {
        LogLine.Layers(
            logger: bounded(metadata),
            provided: bounded(metadataProvider?.get() ?? [:]),
            event: bounded(event.metadata ?? [:])
        )
    }

    /// Lines wait in memory, so what they may hold is bounded here and not when they are written.
    private func bounded(_ metadata: Logger.Metadata) -> Logger.Metadata {
        let isBounded = metadata.values.allSatisfy { value in
            switch value {
            case .string(let text): text.utf8.count <= LogEscaping.longestText
            case .stringConvertible: true
            case .array, .dictionary: false
            }
        }
        guard !isBounded else { return metadata }
        return metadata.mapValues { value in
            switch value {
            case .string(let text): .string(LogEscaping.bounded(text))
            case .stringConvertible: value
            case .array, .dictionary: .string(LogEscaping.bounded(value.description))
            }
        }
    }

    /// The coarse clock is good to some milliseconds and costs a tenth of the exact one.
    @Sendable
    static func systemTime() -> (seconds: Int64, milliseconds: Int32) {
        var time = timespec()
        #if os(Linux)
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        #else
        clock_gettime(CLOCK_REALTIME, &time)
        #endif
        return (Int64(time.tv_sec), Int32(time.tv_nsec / 1_000_000))
    }
}
