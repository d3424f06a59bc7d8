/// A moment in Unix time, in milliseconds. The NumericDate of RFC 7519 §2 counts whole seconds.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Seconds since 1970; clamped to what milliseconds can hold.
    package init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        milliseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Seconds since 1970, rounded down.
    package var seconds: Int64 {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment `seconds` later; the far ends of time absorb what goes beyond them.
    package static func + (moment: Timestamp, seconds: Int64) -> Timestamp {
        let span = Timestamp(seconds: seconds).milliseconds
        let (sum, overflow) = moment.milliseconds.addingReportingOverflow(span)
        return Timestamp(milliseconds: overflow ? (span < 0 ? .min : .max) : sum)
    }

    /// The moment `seconds` earlier.
    package static func - (moment: Timestamp, seconds: Int64) -> Timestamp {
        let span = Timestamp(seconds: seconds).milliseconds
        let (difference, overflow) = moment.milliseconds.subtractingReportingOverflow(span)
        return Timestamp(milliseconds: overflow ? (span < 0 ? .max : .min) : difference)
    }
}
