import HTTPTypes
import JOSE
import OAuth

extension OAuthError.Code {
    /// A path that is not mounted.
    static let notFound = Self("not_found", status: 404)
    /// A method that is not mounted at this path (RFC 9110 §15.5.6).
    static let methodNotAllowed = Self("method_not_allowed", status: 405)
}

extension OAuthError {
    /// No Host, or two: nobody knows whom the request is for, nor who reads it how.
    static let ambiguousHost = OAuthError(
        .invalidRequest,
        "the request must have exactly one Host",
        FailedCheck("Host", expected: "exactly one", seen: "none or several"),
        fields: [.init("Connection", "close")]
    )

    static let unknownRoute = OAuthError(
        .notFound,
        "there is nothing at this path",
        FailedCheck("path", expected: "one of the routes", seen: "another")
    )

    static func otherMethod(allow: String, seen method: HTTPRequest.Method) -> OAuthError {
        OAuthError(
            .methodNotAllowed,
            "this path does not take this method; see Allow",
            FailedCheck("method", expected: allow, seen: FailedCheck.excerpt(method.rawValue)),
            fields: [.init("Allow", allow)]
        )
    }
}

/// A path that leads nowhere, as it may be kept: it may be a mistyped link with the token of a mail, so what is long is left out.
struct UnknownPath: CustomStringConvertible {
    let description: String

    /// The longest segment that is shown, in bytes: shorter than any token.
    private static let limit = 24
    /// The most segments that are shown.
    private static let depth = 8

    init(_ path: String) {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let shown = segments.prefix(Self.depth).map { $0.utf8.count > Self.limit ? "…" : $0 }
        description = shown.joined(separator: "/") + (segments.count > Self.depth ? "/…" : "")
    }
}
