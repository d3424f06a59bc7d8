import ArgumentParser
import JOSE
import OAuth
import Provider

/// What `clients add` says of an application that sends people here to sign in.
struct SignInOptions: ParsableArguments {
    @Option(name: .customLong("redirect-uri"), help: "Where a browser is sent back to; may be given several times.")
    var redirectURIs: [String] = []
    @Option(
        name: .customLong("post-logout-redirect-uri"),
        help: "Where a browser may be sent after a sign-out; may be given several times."
    )
    var postLogoutRedirectURIs: [String] = []
    @Option(name: .customLong("backchannel-logout-uri"), help: "Where the application hears that a session is over.")
    var backChannelLogoutURI: String?
    @Option(name: .customLong("frontchannel-logout-uri"), help: "The same, by the browser.")
    var frontChannelLogoutURI: String?
    @Option(name: .customLong("id-token-alg"), help: "What its ID tokens are signed with; RS256 when left out.")
    var idTokenAlgorithm: String?
    @Flag(name: .customLong("require-pushed-requests"), help: "It pushes all of its requests (RFC 9126).")
    var requiresPushedRequests = false
    @Flag(help: "It runs on its user's machine: redirect URIs may have a scheme of its own.")
    var native = false

    var isUsed: Bool { !redirectURIs.isEmpty }

    /// The scope of an application that says nothing of it.
    static let usualScope = "openid profile email offline_access"

    /// Completes `client`. Throws `CommandFailure` for what registration by network would refuse.
    func complete(_ client: inout Client) throws {
        guard isUsed else {
            guard client.authentication != .none else {
                throw CommandFailure(
                    "--auth none needs --redirect-uri: a public client can do nothing but send people here"
                )
            }
            return
        }
        var json: JSONObject = ["redirect_uris": .strings(redirectURIs)]
        if !postLogoutRedirectURIs.isEmpty { json["post_logout_redirect_uris"] = .strings(postLogoutRedirectURIs) }
        json["backchannel_logout_uri"] = backChannelLogoutURI.map { .string($0) }
        json["frontchannel_logout_uri"] = frontChannelLogoutURI.map { .string($0) }
        json["id_token_signed_response_alg"] = idTokenAlgorithm.map { .string($0) }
        if native { json["application_type"] = "native" }
        if requiresPushedRequests { json["require_pushed_authorization_requests"] = true }
        do throws(OAuthError) {
            client.metadata = try ClientMetadata(json: json)
        } catch {
            throw CommandFailure("\(error.description): \(error.failed)")
        }
        client.grants = [.authorizationCode, .refreshToken]
    }
}
