import JOSE
import Testing

struct TimestampParsingTests {
    static let good: [(String, Int64)] = [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("1970-01-01t00:00:01z", 1000),
        ("2000-02-29T12:30:45.5+00:00", 951_827_445_500), ("1969-12-31T23:59:59Z", -1000),
        ("2026-11-21T15:04:05.6789Z", 1_795_273_445_678), ("2038-01-19T03:14:08Z", 2_147_483_648_000),
        ("0000-03-01T00:00:00Z", -62_162_035_200_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ]

    @Test(arguments: good)
    func `a moment in UTC is read, and written again is the same`(text: String, milliseconds: Int64) {
        let time = Timestamp(utc: text)
        #expect(time?.milliseconds == milliseconds)
        #expect(time.map { Timestamp(utc: $0.text) } == time)
    }

    static let bad = [
        "", "2026", "2026-11-21", "2026-11-21T15:04:05", "2026-11-21 15:04:05Z", "2026-11-21T15:04Z",
        "2026-11-21T15:04:05+01:00",
        "2026-11-21T15:04:05-00:00", "2026-11-21T24:00:00Z", "2026-11-21T15:60:05Z", "2026-11-21T15:04:60Z",
        "2026-13-21T15:04:05Z", "2026-00-21T15:04:05Z", "2026-11-31T15:04:05Z", "2026-11-00T15:04:05Z",
        "2026-02-29T15:04:05Z", "1900-02-29T15:04:05Z", "2026-11-21T15:04:05.Z", "2026-11-21T15:04:05.1",
        "2026-11-21T15:04:05ZZ",
        "+026-11-21T15:04:05Z", "2026-11-21T15:04:05,1Z", "２026-11-21T15:04:05Z", " 2026-11-21T15:04:05Z",
        "2026-11-21T1 :04:05Z",
        "2026-11-21T15:04:05." + String(repeating: "1", count: 40) + "Z",
    ]

    @Test(arguments: bad)
    func `anything else is none`(text: String) {
        #expect(Timestamp(utc: text) == nil)
    }
}
