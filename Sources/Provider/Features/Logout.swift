import JOSE

/// What the metadata says of signing out: by the client, by the browser, and behind its back (RP-Initiated Logout §2.1, OIDC Front- and
/// Back-Channel Logout §3).
struct Logout: Feature {
    let metadata: JSONObject

    init(_ dependencies: Dependencies) {
        metadata = [
            "end_session_endpoint": .string(dependencies.settings.url("/end-session")),
            "frontchannel_logout_supported": true,
            "frontchannel_logout_session_supported": true,
            "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true,
        ]
    }
}
