extension Timestamp {
    /// Reads a moment in UTC (RFC 3339 §5.6): `2026-11-21T15:04:05Z`, with any fraction of a second, of which milliseconds are kept, and
    /// `+00:00` for `Z`. nil for another offset, a date that is none, and a leap second.
    package init?(utc text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40, let digits = Self.digits(of: bytes) else { return nil }
        let (year, month, day) = (digits(0, 4), digits(5, 2), digits(8, 2))
        let (hour, minute, second) = (digits(11, 2), digits(14, 2), digits(17, 2))
        guard let year, let month, let day, let hour, let minute, let second,
            (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
            hour < 24, minute < 60, second < 60,
            let milliseconds = Self.fraction(bytes[19...])
        else { return nil }
        let seconds = ((Self.dayNumber(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
        self.init(milliseconds: seconds * 1000 + milliseconds)
    }

    /// Reads numbers at fixed places, once the marks between them are right.
    private static func digits(of bytes: [UInt8]) -> ((Int, Int) -> Int64?)? {
        let marks: [(Int, String)] = [(4, "-"), (7, "-"), (10, "Tt"), (13, ":"), (16, ":")]
        guard marks.allSatisfy({ $1.utf8.contains(bytes[$0]) }) else { return nil }
        return { start, count in number(bytes[start..<start + count]) }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        return value
    }

    /// The milliseconds of what follows the seconds: a fraction or none, then the offset of UTC.
    private static func fraction(_ rest: ArraySlice<UInt8>) -> Int64? {
        var rest = rest
        var milliseconds: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty, let value = number(ArraySlice((digits + [0x30, 0x30]).prefix(3))) else { return nil }
            milliseconds = value
            rest = rest[digits.endIndex...]
        }
        return ["Z", "z", "+00:00"].contains(String(decoding: rest, as: UTF8.self)) ? milliseconds : nil
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: isLeap ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar: years are counted from March, in eras of 400.
    private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
