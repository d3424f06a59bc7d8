import HTTPTypes
import Provider
import Testing

@testable import Web

struct TrustedProxiesTests {
    private static let proxies = TrustedProxies(
        ["10.0.0.0/8", "2001:db8:ff::/48", "192.0.2.9"].compactMap { NetworkRange($0) }
    )

    /// A peer, what it forwards, and whose request it is.
    struct Hops: Sendable, CustomTestStringConvertible {
        let peer: String
        let forwarded: [String]
        let client: String
        var testDescription: String { "\(peer) \(forwarded)" }

        init(_ peer: String, _ forwarded: [String], _ client: String) {
            (self.peer, self.forwarded, self.client) = (peer, forwarded, client)
        }
    }

    @Test(arguments: [
        Hops("203.0.113.5", [], "203.0.113.5"),
        // A stranger says what it likes.
        Hops("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
        Hops("203.0.113.5", ["10.0.0.1"], "203.0.113.5"),
        Hops("", ["198.51.100.1"], ""),
        Hops("10.0.0.1", [], "10.0.0.1"),
        Hops("10.0.0.1", [""], "10.0.0.1"),
        Hops("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        Hops("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        Hops("192.0.2.9", ["2001:db8::7"], "2001:db8::7"),
        Hops("192.0.2.8", ["2001:db8::7"], "192.0.2.8"),
        // The rightmost that is no proxy: what is left of it is the client's own invention.
        Hops("10.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
        Hops("10.0.0.1", ["1.2.3.4 ,\t198.51.100.1 , 10.0.0.2,2001:db8:ff::1"], "198.51.100.1"),
        Hops("10.0.0.1", ["1.2.3.4", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
        Hops("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        // What is no address ends the walk.
        Hops("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
        Hops("10.0.0.1", ["198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
        Hops("10.0.0.1", ["198.51.100.1:4711"], "10.0.0.1"),
        Hops("10.0.0.1", ["198.51.100.1,"], "10.0.0.1"),
    ])
    func `the client is whom the last believed proxy names`(hops: Hops) {
        var fields = HTTPFields()
        for value in hops.forwarded { fields.append(HTTPField(name: .init("X-Forwarded-For")!, value: value)) }
        #expect(Self.proxies.client(behind: hops.peer, fields) == hops.client)
        #expect(TrustedProxies().client(behind: hops.peer, fields) == hops.peer)
    }

    @Test(arguments: ["X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"])
    func `no other field is believed`(name: String) throws {
        let fields: HTTPFields = [try #require(HTTPField.Name(name)): "198.51.100.1"]
        #expect(Self.proxies.client(behind: "10.0.0.1", fields) == "10.0.0.1")
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("::1", true), ("10.0.0.1", true), ("192.0.2.9", true), ("", true), ("unknown", true),
        ("198.51.100.1", false), ("192.0.2.8", false), ("2001:db8::7", false),
    ])
    func `an address of this machine or of a proxy is everybody's`(address: String, isShared: Bool) {
        #expect(Self.proxies.isShared(address) == isShared)
    }
}
