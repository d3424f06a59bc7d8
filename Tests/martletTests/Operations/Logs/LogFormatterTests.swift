import FoundationEssentials
import Logging
import Testing

@testable import martlet

/// Text that tries to be more than one value of one line.
struct HostileText: CustomTestStringConvertible {
    let name: String
    let text: String
    /// As it appears in a line of text, unquoted.
    let escaped: String

    var testDescription: String { name }

    static let all = [
        HostileText(name: "line feed", text: "a\n2026 error: b", escaped: #"a\n2026 error: b"#),
        HostileText(name: "carriage return", text: "a\rb", escaped: #"a\rb"#),
        HostileText(name: "CRLF", text: "a\r\nb", escaped: #"a\r\nb"#),
        HostileText(name: "an ANSI colour", text: "\u{1B}[31mred", escaped: #"\u{1b}[31mred"#),
        HostileText(name: "a C1 control sequence", text: "\u{9B}31mred", escaped: #"\u{9b}31mred"#),
        HostileText(name: "backspace", text: "ab\u{8}c", escaped: #"ab\u{8}c"#),
        HostileText(name: "NUL", text: "a\0b", escaped: #"a\u{0}b"#),
        HostileText(name: "DEL", text: "a\u{7F}b", escaped: #"a\u{7f}b"#),
        HostileText(name: "line separator", text: "a\u{2028}b", escaped: #"a\u{2028}b"#),
        HostileText(name: "next line", text: "a\u{85}b", escaped: #"a\u{85}b"#),
        HostileText(name: "right-to-left override", text: "a\u{202E}b", escaped: #"a\u{202e}b"#),
        HostileText(name: "zero-width space", text: "a\u{200B}b", escaped: #"a\u{200b}b"#),
        HostileText(name: "a tag character beyond the first plane", text: "a\u{E0041}b", escaped: #"a\u{e0041}b"#),
        HostileText(name: "a forged escape", text: #"a\nb"#, escaped: #"a\\nb"#),
        HostileText(name: "a JSON break-out", text: #"a","level":"error"#, escaped: #"a","level":"error"#),
        HostileText(name: "letters of many scripts", text: "Zoë 燕 ласточка 🐦", escaped: "Zoë 燕 ласточка 🐦"),
    ]
}

/// A JSON line as a reader of the log sees it.
private struct ParsedLine: Decodable {
    let time: String
    let level: String
    let logger: String
    let message: String
    let error: String?
    let metadata: [String: String]?
}

struct LogFormatterTests {
    private func line(
        _ message: String,
        metadata: Logger.Metadata = [:],
        error: (any Error)? = nil,
        seconds: Int64 = 1_795_266_000
    ) -> LogLine {
        LogLine(
            seconds: seconds,
            milliseconds: 7,
            level: .info,
            logger: "test",
            message: message,
            error: error,
            metadata: LogLine.Layers(event: metadata)
        )
    }

    private func text(_ line: LogLine, as format: LogFormat) -> String {
        var formatter = LogFormatter(format: format)
        return String(decoding: formatter.bytes(of: [line]), as: UTF8.self)
    }

    private func parsed(_ line: LogLine) throws -> ParsedLine {
        try JSONDecoder().decode(ParsedLine.self, from: Data(text(line, as: .json).utf8))
    }

    @Test func `a text line has time, level, logger, message and sorted fields`() {
        let line = line("signed in", metadata: ["b": "over", "a": "1"])
        #expect(text(line, as: .text) == "2026-11-21T13:00:00.007Z info test: signed in a=1 b=over\n")
    }

    @Test func `a value that is not one word stands in quotes`() {
        let line = line("m", metadata: ["a": "two words", "b": #"say "x""#, "c": "", "d": "k=v"])
        #expect(text(line, as: .text).hasSuffix(#"m a="two words" b="say \"x\"" c="" d="k=v""# + "\n"))
    }

    @Test(arguments: HostileText.all)
    func `hostile text in a message stays inside its line`(hostile: HostileText) throws {
        let line = line(hostile.text)
        #expect(text(line, as: .text) == "2026-11-21T13:00:00.007Z info test: \(hostile.escaped)\n")
        try expectOneCleanJSONLine(line)
        #expect(try parsed(line).message.unicodeScalars.elementsEqual(hostile.text.unicodeScalars))
        #expect(try parsed(line).level == "info")
    }

    @Test(arguments: HostileText.all)
    func `hostile text in metadata stays inside its value`(hostile: HostileText) throws {
        let line = line(
            "m",
            metadata: ["key": .string(hostile.text), hostile.text: "v", "list": [.string(hostile.text)]]
        )
        #expect(text(line, as: .text).utf8.count { $0 == 0x0A } == 1)
        #expect(text(line, as: .text).unicodeScalars.allSatisfy { $0 == "\n" || !isActive($0) })
        try expectOneCleanJSONLine(line)
        let metadata = try #require(try parsed(line).metadata)
        #expect(metadata["key"]?.unicodeScalars.elementsEqual(hostile.text.unicodeScalars) == true)
        #expect(metadata.count == 3)
    }

    @Test func `hostile text in an error stays inside its value`() throws {
        struct Broken: Error, CustomStringConvertible { let description = "x\ny\u{1B}[2J" }
        let line = line("m", error: Broken())
        #expect(text(line, as: .text).hasSuffix(#": m error="x\ny\u{1b}[2J""# + "\n"))
        #expect(try parsed(line).error == "x\ny\u{1B}[2J")
        try expectOneCleanJSONLine(line)
    }

    @Test func `long values are cut at a character`() throws {
        let long = String(repeating: "ä", count: 600)
        let line = line(long, metadata: ["short": "x", "long": .string(long)])
        let parsed = try parsed(line)
        let cut = String(repeating: "ä", count: 512) + "…"
        #expect(parsed.message == cut)
        #expect(parsed.metadata == ["short": "x", "long": cut])
    }

    @Test func `a value of just the longest size is whole`() throws {
        let longest = String(repeating: "a", count: LogEscaping.longestText)
        #expect(try parsed(line(longest)).message == longest)
        #expect(try parsed(line(longest + "a")).message == longest + "…")
    }

    @Test func `a line holds a bounded number of fields`() throws {
        let metadata = Dictionary(uniqueKeysWithValues: (0..<100).map { ("k\($0)", Logger.MetadataValue.string("v")) })
        #expect(try parsed(line("m", metadata: metadata)).metadata?.count == 32)
    }

    @Test func `dropped lines are told after the lines that were kept`() {
        var formatter = LogFormatter(format: .text)
        let lines = String(decoding: formatter.bytes(of: [line("kept")], dropped: 12), as: UTF8.self).split(
            separator: "\n"
        )
        #expect(lines.count == 2)
        #expect(lines[1].contains("warning martlet.log") && lines[1].hasSuffix("dropped=12"))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00"), (951_782_399, "2000-02-28T23:59:59"), (951_782_400, "2000-02-29T00:00:00"),
        (1_709_164_800, "2024-02-29T00:00:00"), (1_709_251_200, "2024-03-01T00:00:00"),
        (4_107_542_400, "2100-03-01T00:00:00"), (1_798_761_599, "2026-12-31T23:59:59"), (-1, "1969-12-31T23:59:59"),
    ])
    func `times are written as in the calendar`(seconds: Int64, expected: String) throws {
        #expect(try parsed(line("m", seconds: seconds)).time == "\(expected).007Z")
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        #expect(date.formatted(.iso8601) == "\(expected)Z")
    }

    @Test func `the kept text of a second does not outlive the second`() {
        var formatter = LogFormatter(format: .text)
        let bytes = formatter.bytes(of: [line("a"), line("b"), line("c", seconds: 1_795_266_001)])
        let times = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { $0.prefix(19).suffix(2) }
        #expect(times == ["00", "00", "01"])
    }

    private func expectOneCleanJSONLine(_ line: LogLine) throws {
        let json = text(line, as: .json)
        #expect(json.utf8.count { $0 == 0x0A } == 1 && json.hasSuffix("\n"))
        #expect(json.unicodeScalars.allSatisfy { $0 == "\n" || !isActive($0) })
    }

    /// Whether a terminal or a reader's eye would be led astray by the character as it is.
    private func isActive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
