import JOSE

/// The time of a line as in RFC 3339, in UTC with milliseconds. The text of a second is kept: lines come many a second.
struct TimestampText {
    private var second: Int64?
    /// `2026-11-21T13:00:00.`
    private var text: [UInt8] = []

    mutating func append(_ line: LogLine, to bytes: inout [UInt8]) {
        if line.seconds != second {
            second = line.seconds
            // To the second, and the point before the fraction.
            text = Array(Timestamp(seconds: line.seconds).text.utf8.prefix(20))
        }
        bytes += text
        Self.append(Int(line.milliseconds), digits: 3, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    private static func append(_ value: Int, digits: Int, to bytes: inout [UInt8]) {
        var divisor = (1..<digits).reduce(1) { product, _ in product * 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
