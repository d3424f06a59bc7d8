import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// Who fetches the JWKS, in bounded notes.
struct KeySetFetchersTests {
    static let start = MovableClock.start
    static let rotation = KeyRotation(tokenLifetime: 3600)

    private let fetchers = KeySetFetchers(nil)

    private func note(_ address: String, _ agent: String?, at seconds: Int64) {
        let fields: HTTPFields = agent.map { [.userAgent: $0] } ?? [:]
        fetchers.note(EndpointRequest(path: "/", fields: fields, clientAddress: address), at: Self.start + seconds)
    }

    private var evidence: KeyEvidence { fetchers.evidence(Self.rotation) }

    @Test func `an address and an agent are one fetcher, at its last fetch`() {
        note("192.0.2.1", "a", at: 1)
        note("192.0.2.1", "b", at: 2)
        note("192.0.2.2", nil, at: 3)
        note("192.0.2.1", "a", at: 4)
        #expect(evidence.fetchers.map(\.address) == ["192.0.2.1", "192.0.2.2", "192.0.2.1"])
        #expect(evidence.fetchers.map(\.agent) == ["a", "", "b"])
        #expect(evidence.fetchers.map(\.lastFetch) == [4, 3, 2].map { Self.start + $0 })
    }

    @Test func `the 256 that fetched last are kept`() {
        for number in 0..<300 { note("192.0.2.\(number)", "a", at: Int64(number)) }
        #expect(evidence.fetchers.map(\.address) == (44..<300).reversed().map { "192.0.2.\($0)" })
    }

    @Test func `one address drives out nobody but itself`() {
        note("192.0.2.1", "resource server", at: 0)
        for number in 0..<1000 { note("192.0.2.66", "agent \(number)", at: Int64(1 + number)) }
        #expect(evidence.fetchers.count == 17)
        #expect(evidence.fetchers.last?.address == "192.0.2.1")
        #expect(evidence.fetchers.first?.agent == "agent 999")
    }

    static let agents = [
        ("curl/8.5", "curl/8.5"), ("\"x\\", "?x?"), (String(repeating: "x", count: 101), nil),
        ("é", "??"), ("a\tb", "a?b"),
    ]

    @Test(arguments: agents)
    func `an agent is kept short and harmless`(agent: String, kept: String?) {
        note("192.0.2.1", agent, at: 0)
        #expect(evidence.fetchers.map(\.agent) == [kept ?? String(repeating: "x", count: 100)])
    }

    @Test func `the fullest evidence fits a file, and is read back as it was`() throws {
        let address = "2001:0db8:0000:0000:0000:0000:0000:"
        for number in 0..<256 {
            note("\(address)\(1000 + number)", String(repeating: "\"", count: 200), at: Int64(number))
        }
        fetchers.publish((0..<24).map { "kid-of-forty-three-characters-0123456789-\($0)" }, at: Self.start)
        let bytes = JSON.object(evidence.json).encoded()
        #expect(bytes.count < 65_536)
        let read = try KeyEvidence(JSONObject.parse(bytes))
        #expect(read.fetchers == evidence.fetchers && read.fetchers.count == 256)
        #expect(read.published == evidence.published && read.published.count == 24)
        #expect(read.rotation == Self.rotation)
        #expect(KeySetFetchers(read).evidence(Self.rotation).fetchers == evidence.fetchers)
    }

    @Test(arguments: [
        "{}", #"{"rotation":{},"published":{},"fetchers":[]}"#, #"{"rotation":1,"published":{},"fetchers":[]}"#,
    ])
    func `evidence of another form is none`(text: String) {
        #expect(throws: (any Error).self) { try KeyEvidence(JSONObject.parse(Array(text.utf8))) }
    }

    @Test func `a key counts as published from when it first was`() {
        fetchers.publish(["a"], at: Self.start)
        fetchers.publish(["a", "b"], at: Self.start + 5)
        #expect(evidence.published == ["a": Self.start, "b": Self.start + 5])
        fetchers.publish(["b"], at: Self.start + 9)
        #expect(evidence.published == ["b": Self.start + 5])
        #expect(fetchers.takeChange() && !fetchers.takeChange())
        fetchers.publish(["b"], at: Self.start + 10)
        #expect(!fetchers.takeChange())
        note("192.0.2.1", nil, at: 11)
        #expect(fetchers.takeChange())
    }
}
