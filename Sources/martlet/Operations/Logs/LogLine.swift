import Logging

/// A log event on its way to the writer: nothing is formatted yet, so that the thread that logs pays for little more
/// than two references.
struct LogLine: Sendable {
    /// Seconds since 1970 and the milliseconds of that second.
    let seconds: Int64
    let milliseconds: Int32
    let level: Logger.Level
    let logger: String
    let message: String
    let error: (any Error)?
    /// From the logger, the provider and the event; of two values for a key the most specific one counts.
    let metadata: Layers

    struct Layers: Sendable {
        var logger: Logger.Metadata = [:]
        var provided: Logger.Metadata = [:]
        var event: Logger.Metadata = [:]
    }
}
