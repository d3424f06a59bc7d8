import JOSE
import Testing

@testable import martlet

struct SystemClockTests {
    /// Seconds since 1970 and what they are called; RFC 3339 §5.8 and RFC 7519 §4.1.4 give some, the calendar the others.
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 +0000"),
            (-1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 +0000"),
            (951_782_400, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_234_567_890, "2009-02-13T23:31:30Z", "Fri, 13 Feb 2009 23:31:30 +0000"),
            (1_300_819_380, "2011-03-22T18:43:00Z", "Tue, 22 Mar 2011 18:43:00 +0000"),
            (1_640_995_200, "2022-01-01T00:00:00Z", "Sat, 01 Jan 2022 00:00:00 +0000"),
            (2_147_483_648, "2038-01-19T03:14:08Z", "Tue, 19 Jan 2038 03:14:08 +0000"),
            (4_107_542_400, "2100-03-01T00:00:00Z", "Mon, 01 Mar 2100 00:00:00 +0000"),
        ] as [(Int64, String, String)]
    )
    func `a moment is written in UTC`(seconds: Int64, text: String, mail: String) {
        #expect(SystemClock.text(Timestamp(seconds: seconds)) == text)
        #expect(SystemClock.mailDate(Timestamp(seconds: seconds)) == mail)
    }

    @Test func `the clock moves forward and counts in milliseconds`() async throws {
        let first = SystemClock.now()
        try await Task.sleep(for: .milliseconds(5))
        let second = SystemClock.now()
        #expect(second.milliseconds > first.milliseconds)
        #expect(first.seconds > 1_700_000_000)
    }
}
