import Accounts
import HTTPTypes
import JOSE
import Provider
import Storage
import TestSupport
import Testing

@testable import Web

struct SharedAddressTests {
    /// Where a registration comes from, and whether its address is somebody's own.
    struct Origin: Sendable {
        var forwarded: String?
        var isDevelopment = false
        var hasToken = false
        let isAccepted: Bool
    }

    @Test(arguments: [
        Origin(isAccepted: false), Origin(forwarded: "127.0.0.1", isAccepted: false),
        Origin(forwarded: "::1", isAccepted: false),
        Origin(forwarded: "10.0.0.7", isAccepted: false), Origin(forwarded: "nonsense", isAccepted: false),
        Origin(forwarded: "198.51.100.1", isAccepted: true), Origin(hasToken: true, isAccepted: true),
        Origin(isDevelopment: true, isAccepted: true),
    ])
    func `an address that many share proves nothing about the asker`(origin: Origin) async throws {
        let server = try await TestServer(.init(isDevelopment: origin.isDevelopment))
        let ranges = ["127.0.0.0/8", "10.0.0.0/8"].compactMap { NetworkRange($0) }
        try await server.live(behind: TrustedProxies(ranges)) { port in
            func post(_ path: String, _ body: JSON) async throws -> RawConnection.Outcome {
                let text = String(decoding: body.encoded(), as: UTF8.self)
                let forwarded = origin.forwarded.map { "X-Forwarded-For: \($0)\r\n" } ?? ""
                let fields =
                    "Content-Type: application/json\r\nContent-Length: \(text.utf8.count)\r\nConnection: close\r\n"
                return try await RawConnection.run(
                    to: port,
                    [.send("POST \(path) HTTP/1.1\r\nHost: a\r\n\(forwarded)\(fields)\r\n\(text)")]
                )
            }
            let asked = try await post("/api/send-verification", ["email": "alice@example.org"])
            let reply = try JSONObject.parse(Array((asked.text.split(separator: "\r\n\r\n").last ?? "").utf8))
            let mails = try server.provider.stores.mails.due(at: server.provider.clock.now(), limit: 10)
            let link = mails.last?.mail.body.split(separator: "/").last ?? ""
            #expect(try await server.call(.get, "/api/verify/\(link.prefix(36))").status == 200)
            var body: JSONObject = [
                "email": "alice@example.org", "name": "Alice", "public_key": .string(try TestKey.known().hexadecimal),
            ]
            if origin.hasToken { body["registration_token"] = reply["registration_token"] }
            let registered = try await post("/api/register", .object(body))
            #expect(registered.statuses == [origin.isAccepted ? 200 : 400])
            #expect(registered.text.contains("Email not verified") == !origin.isAccepted)
        }
    }
}
