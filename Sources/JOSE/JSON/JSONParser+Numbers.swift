extension JSONParser {
    private mutating func digits() -> Int {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        return position - start
    }

    mutating func number() throws(JSONError) -> JSON {
        let start = position
        let negative = current == UInt8(ascii: "-")
        if negative { position += 1 }
        let first = position
        let count = digits()
        guard count == 1 || count > 1 && bytes[first] != UInt8(ascii: "0") else { throw failure(.malformed) }
        switch current {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return try fractional(from: start)
        default: break
        }
        var value: Int64 = 0
        for index in first..<position {
            let digit = Int64(bytes[index] - UInt8(ascii: "0"))
            let (product, tooLong) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLarge) = product.addingReportingOverflow(negative ? -digit : digit)
            guard !tooLong, !tooLarge else { return try floating(start..<position) }
            value = sum
        }
        return .integer(value)
    }

    private mutating func fractional(from start: Int) throws(JSONError) -> JSON {
        if current == UInt8(ascii: ".") {
            position += 1
            guard digits() > 0 else { throw failure(.malformed) }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw failure(.malformed) }
        }
        return try floating(start..<position)
    }

    /// Refuses what overflows, and what is not zero and yet becomes zero.
    private func floating(_ range: Range<Int>) throws(JSONError) -> JSON {
        let text = UnsafeBufferPointer(rebasing: bytes[range])
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
            throw failure(.numberOutOfRange)
        }
        if value == 0 {
            let mantissa = text.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
            let isZero = !mantissa.contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
            guard isZero else { throw failure(.numberOutOfRange) }
        }
        return .number(value)
    }
}
