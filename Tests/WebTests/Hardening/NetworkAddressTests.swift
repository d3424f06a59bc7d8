import HTTPTypes
import Provider
import TestSupport
import Testing

@testable import Web

struct NetworkAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("2001:db8::1", "2001:db8:0:0::/64"), ("2001:DB8:0:0:ffff::1", "2001:db8:0:0::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"), ("::", "0:0:0:0::/64"), ("::1", "0:0:0:0::/64"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4::/64"), ("1::", "1:0:0:0::/64"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"), ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"),
        ("64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"),
    ])
    func `an address leads to its network`(text: String, network: String) throws {
        #expect(try #require(NetworkAddress(text)).network == network)
    }

    @Test(arguments: [
        "", " ", "a", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.+4", "1.2.3.-4", "1.2.3.4 ",
        "1.2.3.4:80",
        "1.2.3.0x4", "1.2..4", "1.2.3.٤", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "::1::",
        "12345::", "::g",
        "::-1", "::+1", "[::1]", "::1%eth0", "::1.2.3", "1.2.3.4::", "1:2:3:4:5:6:7::8", "::ffff:1.2.3.4:5", "unknown",
        "_x", ":1::",
    ])
    func `what is no address is none`(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.9", true), ("::1", true), ("::ffff:127.0.0.1", true), ("128.0.0.1", false),
        ("::2", false), ("0.0.0.0", false), ("::", false), ("10.0.0.1", false),
    ])
    func `this machine is known`(text: String, isLoopback: Bool) throws {
        #expect(try #require(NetworkAddress(text)).isLoopback == isLoopback)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8::7", "2001:db8:0:0::/64"), ("", ""), ("no address", "no address"),
    ])
    func `limits count by the network of a request`(address: String, network: String) {
        #expect(EndpointRequest(path: "/", fields: [:], clientAddress: address).clientNetwork == network)
    }

    @Test(arguments: [
        (
            "10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
            ["11.0.0.0", "9.255.255.255", "::a00:1", "a00::"]
        ),
        ("10.1.2.3/8", ["10.0.0.1"], ["11.1.2.3"]),
        ("192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.128"]),
        ("192.0.2.4/31", ["192.0.2.4", "192.0.2.5"], ["192.0.2.3", "192.0.2.6"]),
        ("192.0.2.1", ["192.0.2.1"], ["192.0.2.0", "192.0.2.2"]),
        ("192.0.2.1/32", ["192.0.2.1", "::ffff:192.0.2.1"], ["192.0.2.2"]),
        ("128.0.0.0/1", ["128.0.0.0", "255.0.0.1"], ["127.255.255.255", "8000::"]),
        ("2001:db8::/32", ["2001:db8::1", "2001:db8:ffff::"], ["2001:db9::", "2001:db7:ffff::"]),
        ("2001:db8:0:8::/61", ["2001:db8:0:8::1", "2001:db8:0:f::"], ["2001:db8:0:7::", "2001:db8:0:10::"]),
        ("::1", ["::1"], ["::2", "127.0.0.1"]),
        ("::ffff:10.0.0.0/104", ["10.9.9.9", "::ffff:10.9.9.9"], ["11.0.0.0"]),
        ("::ffff:192.0.2.1", ["192.0.2.1"], ["192.0.2.2"]),
    ])
    func `a range holds its addresses and no others`(text: String, inside: [String], outside: [String]) throws {
        let range = try #require(NetworkRange(text))
        for address in inside { #expect(range.contains(try #require(NetworkAddress(address))), "\(address)") }
        for address in outside { #expect(!range.contains(try #require(NetworkAddress(address))), "\(address)") }
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
        "10.0.0.0/ 8", "10/8",
        "10.0.0.0/255.0.0.0", "::/0", "::/129", "::ffff:10.0.0.0/96", "::ffff:10.0.0.0/8", "proxy.example",
        "10.0.0.0-10.0.0.9", "*",
        "10.0.0.0/99999999999999999999", "10.0.0.0/٨",
    ])
    func `what is no range is none`(text: String) {
        #expect(NetworkRange(text) == nil)
    }
}
