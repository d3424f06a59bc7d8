import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport

@testable import Web

extension RelyingParty {
    /// The reply to a push of the usual request, by the client's own method; nil takes a parameter out.
    func push(_ changes: [String: String?] = [:]) async throws -> TestReply {
        let (proof, fields) = try await server.provider.credentials(of: client)
        var parameters: [String: String?] = ["client_id": nil]
        for (name, value) in changes { parameters[name] = value }
        let form = [query(parameters), String(decoding: proof.encoded, as: UTF8.self)].filter { !$0.isEmpty }
        return try await server.call(
            .post,
            "/oauth/par",
            .raw(Array(form.joined(separator: "&").utf8), type: "application/x-www-form-urlencoded"),
            fields
        )
    }

    /// The path and query by which a browser comes with what was pushed; `more` is put beside it.
    func address(of pushed: TestReply, _ more: [String: String] = [:]) -> String {
        let parameters = ["client_id": client.id, "request_uri": pushed["request_uri"] ?? ""].merging(more) { $1 }
        return "/authorize?"
            + parameters.sorted { $0.key < $1.key }.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
    }

    /// Whether `reply` is a page that leads nowhere, about a `request_uri` of which the log says `seen`.
    func isRefused(_ reply: TestReply, _ seen: String) -> Bool {
        reply.status == 400 && reply.location == nil && !reply.text.contains(Self.redirect)
            && server.journal[reply.requestID].map(\.refusal.error) == ["invalid_request_uri"]
            && server.journal[reply.requestID].map(\.refusal.failed.seen) == [seen]
    }
}
