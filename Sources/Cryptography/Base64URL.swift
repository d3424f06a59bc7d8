/// Base64 with the URL alphabet and without padding (RFC 4648 §5, as RFC 7515 §2 uses it).
package enum Base64URL {
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// Six-bit values by ASCII code; 0xFF marks bytes outside the alphabet.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        alphabet.withUTF8Buffer { for (value, byte) in $0.enumerated() { values[Int(byte)] = UInt8(value) } }
        return values
    }()

    /// The text of `bytes`.
    package static func encode(_ bytes: [UInt8]) -> String {
        bytes.withUnsafeBufferPointer { encode($0) }
    }

    /// The text of a slice.
    package static func encode(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.withUnsafeBufferPointer { encode($0) }
    }

    /// The length of the text of `count` bytes.
    package static func encodedCount(_ count: Int) -> Int { (count * 4 + 2) / 3 }

    /// Appends the text of `bytes`, as ASCII.
    package static func append(_ bytes: [UInt8], to output: inout [UInt8]) {
        let start = output.count
        let length = encodedCount(bytes.count)
        output.append(contentsOf: repeatElement(0, count: length))
        output.withUnsafeMutableBufferPointer { target in
            bytes.withUnsafeBufferPointer { write($0, to: UnsafeMutableBufferPointer(rebasing: target[start...])) }
        }
    }

    /// The bytes of `text`, or nil unless it is the one canonical text of some bytes: padding, white space, foreign
    /// characters, set trailing bits and a length of 4n+1 are refused.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { decode($0) }
    }

    /// The bytes of a piece of a text; see `decode(_: String)`.
    package static func decode(_ text: Substring) -> [UInt8]? {
        var text = text
        return text.withUTF8 { decode($0) }
    }

    /// The bytes of an ASCII text; see `decode(_: String)`.
    package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        text.withUnsafeBufferPointer { decode($0) }
    }

    private static func encode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let length = encodedCount(bytes.count)
        return String(unsafeUninitializedCapacity: length) { target in
            write(bytes, to: target)
            return length
        }
    }

    private static func write(_ bytes: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>) {
        let digits = alphabet.utf8Start
        var (read, written) = (0, 0)
        while read + 3 <= bytes.count {
            let group = UInt32(bytes[read]) << 16 | UInt32(bytes[read + 1]) << 8 | UInt32(bytes[read + 2])
            target[written] = digits[Int(group >> 18)]
            target[written + 1] = digits[Int(group >> 12 & 63)]
            target[written + 2] = digits[Int(group >> 6 & 63)]
            target[written + 3] = digits[Int(group & 63)]
            read += 3
            written += 4
        }
        guard read < bytes.count else { return }
        let second = read + 1 < bytes.count ? bytes[read + 1] : 0
        let group = UInt32(bytes[read]) << 16 | UInt32(second) << 8
        target[written] = digits[Int(group >> 18)]
        target[written + 1] = digits[Int(group >> 12 & 63)]
        if read + 2 == bytes.count { target[written + 2] = digits[Int(group >> 6 & 63)] }
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        let rest = text.count % 4
        guard rest != 1 else { return nil }
        var sound = true
        let length = text.count / 4 * 3 + (rest == 0 ? 0 : rest - 1)
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            let target = UnsafeMutableBufferPointer(rebasing: buffer[..<length])
            sound = values.withUnsafeBufferPointer { read(text, values: $0, into: target) }
            count = sound ? target.count : 0
        }
        return sound ? bytes : nil
    }

    private static func read(
        _ text: UnsafeBufferPointer<UInt8>,
        values: UnsafeBufferPointer<UInt8>,
        into target: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        // A foreign character has its high bits set, so that one test at the end sees all of them.
        var seen: UInt8 = 0
        func value(_ index: Int) -> UInt32 {
            let value = values[Int(text[index])]
            seen |= value
            return UInt32(value)
        }
        var (index, written) = (0, 0)
        while index + 4 <= text.count {
            let group = value(index) << 18 | value(index + 1) << 12 | value(index + 2) << 6 | value(index + 3)
            target[written] = UInt8(truncatingIfNeeded: group >> 16)
            target[written + 1] = UInt8(truncatingIfNeeded: group >> 8)
            target[written + 2] = UInt8(truncatingIfNeeded: group)
            index += 4
            written += 3
        }
        guard index < text.count else { return seen < 64 }
        let third = index + 2 < text.count
        let group = value(index) << 18 | value(index + 1) << 12 | (third ? value(index + 2) << 6 : 0)
        target[written] = UInt8(truncatingIfNeeded: group >> 16)
        if third { target[written + 1] = UInt8(truncatingIfNeeded: group >> 8) }
        let unused = third ? group & 0xFF : group & 0xFFFF
        return seen < 64 && unused == 0
    }
}
