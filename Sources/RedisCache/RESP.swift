import NIOCore

/// A reply in RESP, the protocol of Redis, version 2; only the forms that our commands are answered with.
enum RESPReply: Equatable, Sendable {
    /// A status such as `OK`.
    case status(String)
    /// What the server says is wrong.
    case error(String)
    case integer(Int)
    /// nil for a value that is not there.
    case value([UInt8]?)
}

/// Why bytes are no reply that we take: the connection is of no more use.
struct RESPError: Error, CustomStringConvertible {
    let description: String
}

enum RESP {
    /// The longest line and the longest value that are taken, in bytes.
    static let longestLine = 1024
    static let longestValue = 65_536

    /// Appends a command: an array of values.
    static func write(_ command: [[UInt8]], to buffer: inout ByteBuffer) {
        buffer.writeString("*\(command.count)\r\n")
        for part in command {
            buffer.writeString("$\(part.count)\r\n")
            buffer.writeBytes(part)
            buffer.writeString("\r\n")
        }
    }

    /// Takes one reply off the front; nil, and nothing taken, when it is not all there yet.
    static func read(_ buffer: inout ByteBuffer) throws(RESPError) -> RESPReply? {
        var rest = buffer
        guard let kind: UInt8 = rest.readInteger(), let line = try line(&rest) else { return nil }
        let reply: RESPReply
        switch kind {
        case UInt8(ascii: "+"): reply = .status(line)
        case UInt8(ascii: "-"): reply = .error(line)
        case UInt8(ascii: ":"): reply = .integer(try number(line))
        case UInt8(ascii: "$"):
            let length = try number(line)
            guard length >= 0 else {
                reply = .value(nil)
                break
            }
            guard length <= longestValue else { throw RESPError(description: "a value of \(length) bytes") }
            guard rest.readableBytes >= length + 2 else { return nil }
            reply = .value(rest.readBytes(length: length))
            guard rest.readBytes(length: 2) == Array("\r\n".utf8) else {
                throw RESPError(description: "a value that is longer than it says")
            }
        default: throw RESPError(description: "a reply of an unknown kind")
        }
        buffer = rest
        return reply
    }

    private static func line(_ buffer: inout ByteBuffer) throws(RESPError) -> String? {
        let view = buffer.readableBytesView
        guard let end = view.prefix(longestLine).firstIndex(of: UInt8(ascii: "\r")) else {
            if view.count >= longestLine { throw RESPError(description: "a line without an end") }
            return nil
        }
        let length = end - view.startIndex
        guard view.count >= length + 2 else { return nil }
        guard view[end + 1] == UInt8(ascii: "\n"), let text = buffer.readString(length: length) else {
            throw RESPError(description: "a line that does not end as it must")
        }
        buffer.moveReaderIndex(forwardBy: 2)
        return text
    }

    private static func number(_ line: String) throws(RESPError) -> Int {
        guard let number = Int(line), !line.hasPrefix("+") else {
            throw RESPError(description: "a number that is none")
        }
        return number
    }
}
