import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// The one place where an error becomes a reply.
struct RefusalTests {
    static let refusals = Refusals(settings: Settings(issuer: TestProvider.issuer))

    struct Secret: Error, CustomStringConvertible {
        var description: String { "SELECT secret FROM client WHERE id = 'x'" }
    }

    struct Away: TemporaryFailure, CustomStringConvertible {
        let isTemporary: Bool
        var description: String { "/var/lib/martlet.db is away" }
    }

    @Test func `a refusal is what RFC 6749 says, with its fields, and the log knows more`() {
        let failed = FailedCheck("a check", expected: "this", seen: "that")
        let error = OAuthError(
            .invalidGrant,
            "not so",
            failed,
            fields: [.init("Retry-After", "3"), .init("bad name", "x")]
        )
        let reply = TestReply(Self.refusals.reply(to: error))
        #expect(reply.status == 400)
        #expect(
            reply.json == [
                "error": "invalid_grant", "error_description": "not so",
                "error_uri": "https://id.example.org/oauth/errors#invalid_grant",
            ]
        )
        #expect(reply.field("Content-Type") == "application/json")
        #expect(reply.field("Cache-Control") == "no-store")
        #expect(reply.field("Retry-After") == "3")
        #expect(reply.refusal?.failed == failed)
        #expect(reply.refusal?.isFault == false)
    }

    @Test(arguments: [Secret(), Away(isTemporary: false), CancellationError()] as [any Error])
    func `an unknown error tells the client nothing and the operator all`(error: any Error) {
        let reply = TestReply(Self.refusals.reply(to: error))
        #expect(reply.status == 500)
        #expect(reply.error == "server_error")
        #expect(reply["error_description"] == "the server failed; the operator finds the reason under the X-Request-Id")
        #expect(!String(decoding: reply.body, as: UTF8.self).contains("\(error)"))
        #expect(reply.refusal?.failed.seen == "\(error)")
        #expect(reply.refusal?.isFault == true)
    }

    @Test func `a store that is away for now is 503 with a time to wait`() {
        let reply = TestReply(Self.refusals.reply(to: Away(isTemporary: true)))
        #expect(reply.status == 503)
        #expect(reply.error == "temporarily_unavailable")
        #expect(reply.field("Retry-After") == "2")
        #expect(!String(decoding: reply.body, as: UTF8.self).contains("martlet.db"))
        #expect(reply.refusal?.isFault == true)
    }
}
