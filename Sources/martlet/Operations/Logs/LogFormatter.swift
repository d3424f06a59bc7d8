import Logging

/// Turns log lines into bytes. Whatever a line holds, it stays one line, and no terminal obeys it.
struct LogFormatter {
    private typealias Field = (key: String, value: Logger.MetadataValue)

    private static let mostFields = 32

    private let format: LogFormat
    private var timestamp = TimestampText()

    init(format: LogFormat) {
        self.format = format
    }

    /// - Parameter dropped: the number of lines that were lost after these; told in a line of its own when not 0.
    mutating func bytes(of lines: [LogLine], dropped: Int = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity((lines.count + 1) * 256)
        for line in lines { append(line, to: &bytes) }
        if dropped > 0, let notice = notice(of: dropped, after: lines.last) { append(notice, to: &bytes) }
        return bytes
    }

    private func notice(of dropped: Int, after last: LogLine?) -> LogLine? {
        guard let last else { return nil }
        return LogLine(
            seconds: last.seconds,
            milliseconds: last.milliseconds,
            level: .warning,
            logger: "martlet.log",
            message: "log lines were dropped because the log could not be written fast enough",
            error: nil,
            metadata: LogLine.Layers(event: ["dropped": .stringConvertible(dropped)])
        )
    }

    private mutating func append(_ line: LogLine, to bytes: inout [UInt8]) {
        switch format {
        case .text: appendText(line, to: &bytes)
        case .json: appendJSON(line, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func appendText(_ line: LogLine, to bytes: inout [UInt8]) {
        timestamp.append(line, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        bytes += line.level.rawValue.utf8
        bytes.append(UInt8(ascii: " "))
        LogEscaping.appendText(line.logger, to: &bytes)
        bytes += ": ".utf8
        LogEscaping.appendText(line.message, to: &bytes)
        if let error = line.error { appendField("error", String(describing: error), to: &bytes) }
        for (key, value) in fields(of: line.metadata) { appendField(key, text(of: value), to: &bytes) }
    }

    private func appendField(_ key: String, _ value: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: " "))
        LogEscaping.appendValue(key, to: &bytes)
        bytes.append(UInt8(ascii: "="))
        LogEscaping.appendValue(value, to: &bytes)
    }

    private mutating func appendJSON(_ line: LogLine, to bytes: inout [UInt8]) {
        bytes += "{\"time\":\"".utf8
        timestamp.append(line, to: &bytes)
        bytes += "\",\"level\":\"".utf8
        bytes += line.level.rawValue.utf8
        bytes += "\",\"logger\":".utf8
        LogEscaping.appendJSON(line.logger, to: &bytes)
        bytes += ",\"message\":".utf8
        LogEscaping.appendJSON(line.message, to: &bytes)
        if let error = line.error {
            bytes += ",\"error\":".utf8
            LogEscaping.appendJSON(String(describing: error), to: &bytes)
        }
        appendJSONMetadata(fields(of: line.metadata), to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    private func appendJSONMetadata(_ fields: ArraySlice<Field>, to bytes: inout [UInt8]) {
        guard !fields.isEmpty else { return }
        bytes += ",\"metadata\":{".utf8
        for (index, (key, value)) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            LogEscaping.appendJSON(key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            LogEscaping.appendJSON(text(of: value), to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// In the order of the keys, so that equal lines have equal text.
    private func fields(of metadata: LogLine.Layers) -> ArraySlice<Field> {
        var fields: [Field] = []
        fields.reserveCapacity(metadata.logger.count + metadata.provided.count + metadata.event.count)
        for layer in [metadata.event, metadata.provided, metadata.logger] where !layer.isEmpty {
            let specific = fields.count
            for (key, value) in layer where !fields[..<specific].contains(where: { $0.key == key }) {
                fields.append((key, value))
            }
        }
        fields.sort { $0.key < $1.key }
        return fields.prefix(Self.mostFields)
    }

    private func text(of value: Logger.MetadataValue) -> String {
        if case .string(let text) = value { text } else { value.description }
    }
}
