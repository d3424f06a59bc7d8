/// How a line looks.
enum LogFormat: Sendable {
    /// `2026-11-21T13:00:00.123Z info martlet: message key=value`, for people.
    case text
    /// One JSON object a line, for machines: `time`, `level`, `logger`, `message`, and `error` and `metadata` where there
    /// are any.
    case json
}
