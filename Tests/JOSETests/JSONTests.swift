import Cryptography
import JOSE
import Testing

struct JSONTests {
    /// Of the `i_` files, those whose numbers are merely large are taken; `y_` and `n_` are as their names say.
    @Test(.enabled(if: Vectors.present, "JSONTestSuite: no vectors found"))
    func `the JSON test suite is judged as its file names say`() throws {
        let takenOfUndefined: Set = [
            "i_number_too_big_neg_int.json", "i_number_too_big_pos_int.json", "i_number_very_big_negative_int.json",
        ]
        var counts: [Character: Int] = [:]
        for name in try Vectors.files(in: "json/test_parsing") {
            let bytes = try Vectors.bytes("json/test_parsing/\(name)")
            let limits = JSONLimits(size: 1 << 20)
            let taken = (try? JSON.parse(bytes, limits: limits)) != nil
            let kind = try #require(name.first)
            let duplicates = name.hasPrefix("y_object_duplicated_key")
            #expect(taken == (kind == "y" && !duplicates || takenOfUndefined.contains(name)), "\(name)")
            counts[kind, default: 0] += 1
        }
        print("JSONTestSuite: \(counts)")
        #expect(counts.values.reduce(0, +) == 318)
    }

    @Test(arguments: [
        (#"{"a":1,"a":1}"#, JSONError.Code.duplicateName),
        (#"{"alg":1,"\u0061lg":2}"#, .duplicateName),
        (#"{"x":{"a":1,"\u0061":1}}"#, .duplicateName),
        (#"["\ud800"]"#, .invalidUTF8),
        (#"["\udc00\ud800"]"#, .invalidUTF8),
        (#"["\ud800\u0041"]"#, .invalidUTF8),
        ("\u{FEFF}{}", .malformed),
        ("[1e400]", .numberOutOfRange),
        ("[-1e400]", .numberOutOfRange),
        ("[1e-400]", .numberOutOfRange),
        ("[1e99999999999999999999]", .numberOutOfRange),
        ("[NaN]", .malformed),
        ("[Infinity]", .malformed),
        ("[01]", .malformed),
        ("[+1]", .malformed),
        ("[1.]", .malformed),
        ("[.5]", .malformed),
        ("[1e]", .malformed),
        ("[-]", .malformed),
        ("[0x1]", .malformed),
        ("[1,]", .malformed),
        ("{\"a\":1,}", .malformed),
        ("{'a':1}", .malformed),
        ("{a:1}", .malformed),
        ("[1] x", .malformed),
        ("[1]\0", .malformed),
        ("", .malformed),
        ("\"\n\"", .malformed),
        ("\"\\x41\"", .malformed),
        ("\"\\u00g0\"", .malformed),
        ("\"\\u00", .malformed),
        ("\"", .malformed),
        ("\"\\", .malformed),
        ("tru", .malformed),
        ("truex", .malformed),
        ("[/**/]", .malformed),
    ])
    func `a text that is refused says why`(text: String, code: JSONError.Code) {
        let error = #expect(throws: JSONError.self) { try JSON.parse(Array(text.utf8)) }
        #expect(error?.code == code)
    }

    @Test(
        arguments: [
            [0x22, 0x80, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
            [0x22, 0xC3, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22],
        ] as [[UInt8]]
    )
    func `invalid UTF-8 is refused`(bytes: [UInt8]) {
        let error = #expect(throws: JSONError.self) { try JSON.parse(bytes) }
        #expect(error?.code == .invalidUTF8)
    }

    @Test(arguments: [
        ("0", JSON.integer(0)), ("-0", .integer(0)), (" [ ] ", .array([])), ("{}", .object([:])),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("-1e-7", .number(-1e-7)), ("1.0", .number(1)),
        ("0e999", .number(0)), ("1E+2", .number(100)), (#""\ud834\udd1e\u0000\/\b\f""#, .string("𝄞\0/\u{8}\u{C}")),
        (#"{"a":[null,true,false],"b":{"c":"é"}}"#, ["a": [nil, true, false], "b": ["c": "é"]] as JSON),
    ])
    func `values are read and written back`(text: String, value: JSON) throws {
        #expect(try JSON.parse(Array(text.utf8)) == value)
        #expect(try JSON.parse(value.encoded()) == value)
    }

    @Test func `writing is compact, in order and escaped`() {
        let value: JSON = ["z": 1, "a": ["x\"\\\n\u{1}é/", -2.5, nil, true], "o": [:], "e": []]
        let expected = #"{"z":1,"a":["x\"\\\n\u0001é/",-2.5,null,true],"o":{},"e":[]}"#
        #expect(String(decoding: value.encoded(), as: UTF8.self) == expected)
        #expect(JSON.number(.nan).encoded() == Array("null".utf8))
    }

    struct Bomb: Sendable, CustomTestStringConvertible {
        let name: String
        let text: @Sendable () -> String
        let limits: JSONLimits
        let code: JSONError.Code
        var testDescription: String { name }
    }

    private static let generous = JSONLimits(size: 1 << 25)

    /// JW-20.
    @Test(arguments: [
        Bomb(name: "depth", text: { .init(repeating: "[", count: 100_000) }, limits: generous, code: .tooDeep),
        Bomb(name: "size", text: { .init(repeating: "[", count: 100_000) }, limits: .default, code: .tooLarge),
        Bomb(
            name: "object depth",
            text: { .init(repeating: #"{"a":"#, count: 100_000) },
            limits: generous,
            code: .tooDeep
        ),
        Bomb(
            name: "members",
            text: { "{" + (0..<1_000_000).map { "\"\($0)\":1" }.joined(separator: ",") + "}" },
            limits: generous,
            code: .tooManyMembers
        ),
        Bomb(
            name: "string",
            text: { "\"" + .init(repeating: "a", count: 5_000_000) },
            limits: .default,
            code: .tooLarge
        ),
    ])
    func `a text that would cost too much is refused early`(bomb: Bomb) throws {
        let bytes = Array(bomb.text().utf8)
        let error = #expect(throws: JSONError.self) { try JSON.parse(bytes, limits: bomb.limits) }
        #expect(error?.code == bomb.code)
        #expect(try #require(error?.offset) < 20_000)
    }

    @Test func `the limits themselves are still taken`() throws {
        let deep = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(throws: Never.self) { try JSON.parse(Array(deep.utf8)) }
        let wide = "{" + (0..<1024).map { "\"\($0)\":1" }.joined(separator: ",") + "}"
        #expect(try JSONObject.parse(Array(wide.utf8)).members.count == 1024)
        let twice = "{" + (0..<100).map { "\"\($0)\":1" }.joined(separator: ",") + ",\"7\":1}"
        let error = #expect(throws: JSONError.self) { try JSON.parse(Array(twice.utf8)) }
        #expect(error?.code == .duplicateName)
    }

    @Test func `absent and wrongly typed are told apart`() throws {
        let object: JSONObject = [
            "s": "x", "i": 5, "f": 1.5, "n": nil, "l": ["a", "b"], "m": ["a", 1], "o": ["k": true],
        ]
        #expect(try object.string("absent") == nil)
        #expect(try object.string("s") == "x")
        #expect(try object.integer("i") == 5)
        #expect(try object.strings("l") == ["a", "b"])
        #expect(try object.object("o")?.bool("k") == true)
        #expect(try object.array("m")?.count == 2)
        let wrong: [() throws -> Void] = [
            { _ = try object.string("i") }, { _ = try object.string("n") }, { _ = try object.integer("f") },
            { _ = try object.integer("s") }, { _ = try object.bool("i") }, { _ = try object.strings("m") },
            { _ = try object.object("l") }, { _ = try object.array("o") },
        ]
        for read in wrong {
            let error = #expect(throws: JSONError.self) { try read() }
            #expect(error?.code == .wrongType)
        }
        #expect(throws: JSONError.self) { try JSONObject.parse(Array("[]".utf8)) }
    }

    @Test func `names are looked up by their bytes`() throws {
        let kelvin = try JSONObject.parse(Array("{\"\u{212A}\":1}".utf8))
        #expect("\u{212A}" == "K", "what Swift's comparison says")
        #expect(kelvin["K"] == nil)
        #expect(kelvin["\u{212A}"] == 1)
        #expect("\u{212A}".hasSameBytes(as: "K") == false)
        #expect("é".hasSameBytes(as: "e\u{301}") == false)
        #expect("Ké".hasSameBytes(as: "Ké"))
    }

    @Test func `members can be set, replaced and removed in place`() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["a"] = 3
        object["c"] = 4
        object["b"] = nil
        #expect(object.names == ["a", "c"])
        #expect(object.merging(["c": 5, "d": 6]) == ["a": 3, "c": 5, "d": 6])
    }

    @Test func `an excerpt neither floods a log nor forges a line`() {
        #expect(FailedCheck.excerpt("a\nb\u{1B}é") == "\"a?b???\"")
        #expect(FailedCheck.excerpt(String(repeating: "x", count: 9999)).utf8.count < 80)
        #expect(FailedCheck.excerpt(nil) == "nothing")
    }
}

struct TimestampTests {
    @Test(arguments: [
        (0, 0), (999, 0), (1000, 1), (-1, -1), (-1000, -1), (-1001, -2), (Int64.max, Int64.max / 1000),
        (Int64.min, Int64.min / 1000 - 1),
    ])
    func `seconds are rounded down`(milliseconds: Int64, seconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).seconds == seconds)
    }

    @Test func `arithmetic never traps`() {
        let moment = Timestamp(seconds: 100)
        #expect((moment + 5).milliseconds == 105_000)
        #expect((moment - 5).milliseconds == 95_000)
        #expect(moment + 1 > moment)
        for extreme in [Int64.min, .max] {
            let far = extreme < 0 ? Timestamp(milliseconds: .min) : Timestamp(milliseconds: .max)
            #expect(Timestamp(seconds: extreme) == far)
            #expect(far + extreme == far)
        }
        #expect(Timestamp(milliseconds: .min) - Int64.max == Timestamp(milliseconds: .min))
        #expect(Timestamp(milliseconds: .max) - Int64.min == Timestamp(milliseconds: .max))
    }
}
