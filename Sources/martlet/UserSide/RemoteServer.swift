import OAuth
import JOSE
import Outbound

/// A Martlet server as its users see it: over HTTP, from its metadata.
struct RemoteServer {
    let issuer: String
    private let metadata: JSONObject
    private let client: HTTPClient

    /// Reads the metadata of the server at `url` (RFC 8414 §3). `caFile` is a PEM file of the authorities to trust in place of the
    /// system's. Throws `CommandFailure`.
    init(_ url: String, caFile: String? = nil) async throws {
        client = HTTPClient(policy: .anyHost, caFile: caFile)
        let issuer = url.hasSuffix("/") ? String(url.dropLast()) : url
        let document = try await Self.answer(
            to: OutboundRequest(.get, issuer + "/.well-known/openid-configuration"),
            by: client
        )
        guard document["issuer"]?.stringValue == issuer else {
            throw CommandFailure(
                "the server at \(issuer) calls itself \(document["issuer"]?.stringValue ?? "nothing"): use that as --server"
            )
        }
        self.issuer = issuer
        metadata = document
    }

    /// The access token for the account of `key`, with the rest of the reply (RFC 6749 §5.1).
    func token(for key: UserKey, scope: String?) async throws -> JSONObject {
        let reply = try await post(try endpoint("challenge_endpoint"), form: [:])
        guard let challenge = reply["challenge"]?.stringValue else {
            throw CommandFailure("the server's challenge is not in its reply")
        }
        var form = [
            "grant_type": "client_credentials", "client_id": key.clientID,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": try key.assertion(for: issuer, challenge: challenge),
        ]
        form["scope"] = scope
        return try await post(try endpoint("token_endpoint"), form: form)
    }

    /// What the server says of the token's account (OIDC Core §5.3).
    func userInfo(token: String) async throws -> JSONObject {
        try await Self.answer(
            to: OutboundRequest(
                .get,
                try endpoint("userinfo_endpoint"),
                headers: [OutboundHeader("Authorization", "Bearer \(token)")]
            ),
            by: client
        )
    }

    /// Posts JSON to one of the server's `/api` routes.
    func post(_ path: String, json: JSON) async throws -> JSONObject {
        try await Self.answer(
            to: OutboundRequest(
                .post,
                issuer + path,
                headers: [OutboundHeader("Content-Type", "application/json")],
                body: json.encoded()
            ),
            by: client
        )
    }

    /// Follows a link.
    func get(_ url: String) async throws {
        let response = try await client.send(OutboundRequest(.get, url))
        guard response.status == 200 else { throw CommandFailure("\(url) answered \(response.status)") }
    }

    /// Waits until `email` is verified. Throws when the server ends the stream before.
    func waitForVerification(of email: String) async throws {
        let segment = PercentEncoding.encode(email)
        for try await line in client.lines(of: "\(issuer)/api/verification-status/\(segment)")
        where line == "data: verified" { return }
        throw CommandFailure("the server ended the wait; run the command again")
    }

    private func endpoint(_ name: String) throws -> String {
        guard let url = metadata[name]?.stringValue else {
            throw CommandFailure("the server's metadata has no \(name): it is no Martlet, or an old one")
        }
        return url
    }

    private func post(_ url: String, form: [String: String]) async throws -> JSONObject {
        let body = form.sorted { $0.key < $1.key }.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        return try await Self.answer(
            to: OutboundRequest(
                .post,
                url,
                headers: [OutboundHeader("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(body.utf8)
            ),
            by: client
        )
    }

    /// The JSON object of a successful reply. Throws `CommandFailure` with what the server said otherwise.
    private static func answer(to request: OutboundRequest, by client: HTTPClient) async throws -> JSONObject {
        let response: OutboundResponse
        do {
            response = try await client.send(request)
        } catch {
            throw CommandFailure("\(request.url): \(error)")
        }
        let object = (try? JSONObject.parse(response.body)) ?? [:]
        guard response.status == 200 else {
            let said = object["error_description"]?.stringValue ?? object["message"]?.stringValue ?? "no explanation"
            let wait = response.header("Retry-After").map { "; try again in \($0) seconds" } ?? ""
            let id = response.header("X-Request-Id").map { " (X-Request-Id \($0))" } ?? ""
            throw CommandFailure("\(request.url) answered \(response.status): \(said)\(wait)\(id)")
        }
        return object
    }
}
