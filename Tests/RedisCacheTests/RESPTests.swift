import NIOCore
import Testing

@testable import RedisCache

struct RESPTests {
    static let replies: [(text: String, reply: RESPReply)] = [
        ("+OK\r\n", .status("OK")), ("-ERR no\r\n", .error("ERR no")), (":-12\r\n", .integer(-12)),
        ("$-1\r\n", .value(nil)), ("$0\r\n\r\n", .value([])), ("$5\r\na\r\nbc\r\n", .value(Array("a\r\nbc".utf8))),
        ("+\r\n", .status("")),
    ]

    @Test func `replies are read one after another, wherever the network cuts them`() throws {
        let text = Self.replies.map(\.text).joined()
        for cut in 0...text.utf8.count {
            var buffer = ByteBuffer(bytes: text.utf8.prefix(cut))
            var seen: [RESPReply] = []
            while let reply = try RESP.read(&buffer) { seen.append(reply) }
            buffer.writeBytes(text.utf8.dropFirst(cut))
            while let reply = try RESP.read(&buffer) { seen.append(reply) }
            #expect(seen == Self.replies.map(\.reply))
            #expect(buffer.readableBytes == 0)
        }
    }

    @Test(arguments: [
        "!\r\n", "$x\r\n", "$+1\r\na\r\n", ":\r\n", "$1\r\nabc\r\n", "+OK\rX", "*1\r\n:1\r\n", "$65537\r\n",
        "$99999999999999999999\r\n", "+" + String(repeating: "a", count: 2000),
    ])
    func `what is no reply of ours ends the reading`(text: String) {
        var buffer = ByteBuffer(string: text)
        #expect(throws: RESPError.self) { try RESP.read(&buffer) }
    }

    @Test func `a command is an array of values, whatever bytes they have`() {
        var buffer = ByteBuffer()
        RESP.write([Array("SET".utf8), Array("a\r\n".utf8), []], to: &buffer)
        #expect(String(buffer: buffer) == "*3\r\n$3\r\nSET\r\n$3\r\na\r\n\r\n$0\r\n\r\n")
    }
}

struct RedisAddressTests {
    @Test func `an address has its parts`() throws {
        let plain = try RedisAddress("redis://localhost")
        #expect(plain.host == "localhost" && plain.port == 6379 && plain.database == 0)
        #expect(plain.user == nil && plain.password == nil)
        let full = try RedisAddress("redis://me:p%40ss%3Aw@[::1]:7000/3")
        #expect(full.host == "::1" && full.port == 7000 && full.database == 3)
        #expect(full.user == "me" && full.password == "p@ss:w")
        let password = try RedisAddress("redis://:a@b@10.0.0.1/")
        #expect(password.host == "10.0.0.1" && password.user == nil && password.password == "a@b")
    }

    @Test(arguments: [
        "", "localhost:6379", "http://localhost", "rediss://localhost", "redis://", "redis://:6379", "redis://a:0",
        "redis://a:65536", "redis://a:x", "redis://a:", "redis://a/x", "redis://a/-1", "redis://secret@a",
        "redis://:%zz@a", "redis://:%4@a", "redis://[::1", "redis://[::1]x", "redis://a b", "redis://a?x=1",
        "redis://a#x",
    ])
    func `what is none is refused, and the reason tells nothing of it`(url: String) {
        let problem = #expect(throws: RedisAddress.Problem.self) { try RedisAddress(url) }
        #expect(problem?.description.contains("secret") != true)
    }
}
