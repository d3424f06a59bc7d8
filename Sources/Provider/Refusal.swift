import HTTPTypes
package import JOSE
package import OAuth

/// What the operator is told of a refused request; kept under the request's id.
package struct Refusal: Sendable {
    /// The `error` that the client saw.
    package let error: String
    package let failed: FailedCheck
    /// Whether the fault is ours: logged as an error, not as a warning.
    package let isFault: Bool

    package init(error: String, failed: FailedCheck, isFault: Bool = false) {
        self.error = error
        self.failed = failed
        self.isFault = isFault
    }
}

extension Refusal {
    /// A verification link that was followed in vain.
    package static let unknownVerification = Refusal(
        error: "link not valid",
        failed: FailedCheck("verification token", expected: "known, unused, alive", seen: "none such")
    )
}

/// Keeps what was refused and why, for `martlet explain`. Bounded; losing an entry under load is allowed.
package protocol RefusalJournal: Sendable {
    /// Files `refusal` under the id that the reply carried. Returns at once.
    func record(_ refusal: Refusal, requestID: String, endpoint: String, at time: Timestamp)
}

/// The one place where an error becomes a reply.
package struct Refusals: Sendable {
    private let errorPage: String

    package init(settings: Settings) {
        errorPage = settings.url("/oauth/errors")
    }

    /// The reply to an error that an endpoint threw: RFC 6749 §5.2.
    package func reply(to error: any Error) -> Reply {
        let (refused, isFault) = explain(error)
        return reply(refused, isFault: isFault)
    }

    /// What a client is told of an error, and whether the fault is ours: refusals as they are, 503 for stores that are away, and
    /// `server_error` for everything else, which tells the client nothing.
    package func explain(_ error: any Error) -> (error: OAuthError, isFault: Bool) {
        if let refused = error as? OAuthError { return (refused, false) }
        if let failure = error as? any TemporaryFailure, failure.isTemporary {
            let away = OAuthError(
                .temporarilyUnavailable,
                "the server cannot do this at the moment; try again",
                FailedCheck("store", expected: "an answer within 2 seconds", seen: "\(error)"),
                fields: [.init("Retry-After", "2")]
            )
            return (away, true)
        }
        let fault = OAuthError(
            .serverError,
            "the server failed; the operator finds the reason under the X-Request-Id",
            FailedCheck("internal", expected: "no error", seen: "\(error)")
        )
        return (fault, true)
    }

    /// The reply of the OAuth endpoints to a refusal; `extra` members go into its body.
    package func reply(_ error: OAuthError, isFault: Bool = false, extra: JSONObject = [:]) -> Reply {
        let object: JSONObject = [
            "error": .string(error.code.name),
            "error_description": .string(error.description.description),
            "error_uri": .string("\(errorPage)#\(error.code.name)"),
        ]
        var reply = Reply.json(.object(object.merging(extra)), status: .init(code: error.code.status))
        for field in error.fields {
            if let name = HTTPField.Name(field.name) {
                reply.fields.append(HTTPField(name: name, value: field.value))
            }
        }
        reply.refusal = Refusal(error: error.code.name, failed: error.failed, isFault: isFault)
        return reply
    }
}
