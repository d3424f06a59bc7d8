import OAuth
import Outbound
import Provider

/// Tells clients over HTTP that sessions are over (OIDC Back-Channel Logout §2.5).
struct OutboundLogout: LogoutCarrier {
    let client: HTTPClient

    /// What a client answered that did not sign the person out.
    struct Unheard: Error, CustomStringConvertible {
        let status: Int
        var description: String { "it answered \(status)" }
    }

    func post(_ token: String, to address: String) async throws {
        let reply = try await client.send(
            OutboundRequest(
                .post,
                address,
                headers: [OutboundHeader("Content-Type", "application/x-www-form-urlencoded")],
                body: Array("logout_token=\(PercentEncoding.encode(token))".utf8)
            )
        )
        // The specification says 200; frameworks answer an empty body with 204.
        guard reply.status == 200 || reply.status == 204 else { throw Unheard(status: reply.status) }
    }
}
