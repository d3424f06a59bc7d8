/// The time of a line as in RFC 3339, in UTC with milliseconds. The text of a second is kept: lines come many a second.
struct TimestampText {
    private var second: Int64?
    /// `2026-11-21T13:00:00.`
    private var text: [UInt8] = []

    mutating func append(_ line: LogLine, to bytes: inout [UInt8]) {
        if line.seconds != second {
            second = line.seconds
            text = Self.text(of: line.seconds)
        }
        bytes += text
        Self.append(Int(line.milliseconds), digits: 3, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    private static func text(of seconds: Int64) -> [UInt8] {
        let days = Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
        let rest = Int(seconds) - days * 86_400
        let (year, month, day) = date(of: days)
        var text: [UInt8] = []
        append(year, digits: 4, to: &text)
        for (separator, value) in [
            ("-", month), ("-", day), ("T", rest / 3_600), (":", rest / 60 % 60), (":", rest % 60),
        ] {
            text += separator.utf8
            append(value, digits: 2, to: &text)
        }
        return text + [UInt8(ascii: ".")]
    }

    /// The proleptic Gregorian date of a number of days since 1970-01-01. Years start in March here, so that the leap
    /// day is a year's last; 146,097 days make the 400 years after which the calendar repeats.
    private static func date(of days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func append(_ value: Int, digits: Int, to bytes: inout [UInt8]) {
        var divisor = (1..<digits).reduce(1) { product, _ in product * 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
