package import Accounts
import HTTPTypes
import JOSE
import OAuth
package import Provider

/// Registration at the session face: `/users/register`, `/users/register/verify`.
package struct ActivationRoutes: Sendable {
    private let activation: Activation
    private let link: ActivationLink
    private let authority: AdministratorCheck
    private let origin: SameOrigin
    private let refusals: Refusals
    private let settings: Settings

    package init(activation: Activation, link: ActivationLink, authority: AdministratorCheck, provider: Provider) {
        self.activation = activation
        self.link = link
        self.authority = authority
        origin = SameOrigin(provider.settings)
        refusals = provider.refusals
        settings = provider.settings
    }

    private typealias Answer = @Sendable (EndpointRequest) async throws -> Reply

    package var routes: [Route] {
        let mounted: [(HTTPRequest.Method, String, Operation, Answer)] = [
            (.post, "/users/register", SessionOperations.register, register),
            (.get, "/users/register/verify", SessionOperations.activate, verify),
        ]
        let refusals = APIRefusals(refusals: refusals) { ["message": $0] }
        return mounted.map { method, path, operation, respond in
            Route(
                method,
                settings.basePath + path,
                allowsBrowsers: false,
                operation: operation,
                refusal: refusals.reply(to:)
            ) {
                .complete(try await respond($0.endpointRequest))
            }
        }
    }

    @Sendable private func register(_ request: EndpointRequest) async throws -> Reply {
        try origin.check(request)
        let body = try JSONBody(request)
        let registrant = Registrant(
            email: try body.email(),
            username: try body.username(),
            name: try body.name(),
            profile: try ProfileParts(body)
        )
        let password = try body.newPassword()
        if registrant.profile.admin != nil { try await authority.check(request) }
        do {
            try await activation.register(registrant, password: password, from: request.clientNetwork)
        } catch let error as ActivationError {
            throw APIRefusal(error)
        }
        return .json(["message": "Verification email sent."])
    }

    @Sendable private func verify(_ request: EndpointRequest) async throws -> Reply {
        let sealed = try? Parameters(form: Array(request.query.utf8)).optional(.token)
        if let token = sealed.flatMap(link.open), try await activation.activate(token) != nil {
            return .json(["message": "User activated successfully."])
        }
        var reply = Reply(.seeOther, fields: [.cacheControl: "no-store"])
        reply.fields[.location] = settings.url("/account/link-not-valid")
        reply.refusal = .unknownVerification
        return reply
    }
}

/// Tells whether a request comes from an administrator: by the access token of a sign-in at one of the server's own faces, or by the
/// session cookie.
package struct AdministratorCheck: Sendable {
    private let accounts: any AccountStore
    private let cookie: SessionCookie
    private let provider: Provider

    package init(accounts: any AccountStore, cookie: SessionCookie, provider: Provider) {
        self.accounts = accounts
        self.cookie = cookie
        self.provider = provider
    }

    /// Throws 403 unless the request is an administrator's, and what the stores throw.
    func check(_ request: EndpointRequest) async throws {
        guard let caller = try await caller(of: request),
            let account = try await accounts.account(.id(Account.ID(caller.description))),
            account.roles.contains(.admin)
        else {
            throw APIRefusal(
                .forbidden,
                "admin needs the access token or the session of an administrator",
                FailedCheck("administrator", expected: "one", seen: "another account, or none")
            )
        }
    }

    private func caller(of request: EndpointRequest) async throws -> Subject.ID? {
        guard request.fields[.authorization] != nil else {
            guard let session = cookie.contents(of: request)?.session else { return nil }
            return try await provider.sessions.live(session)?.subject.id
        }
        do {
            let (verified, subject) = try await provider.bearer.admitAccount(request, scope: "openid")
            // An application that an administrator uses is no administrator.
            let isOwnFace = verified.session != nil && verified.token.clientID.description.hasPrefix("martlet:")
            return isOwnFace ? subject.id : nil
        } catch is OAuthError {
            return nil
        }
    }
}

extension APIRefusal {
    fileprivate init(_ error: ActivationError) {
        switch error {
        case .usernameTaken: self = .taken("username")
        case .emailTaken: self = .taken("email")
        case .limited(let wait):
            self.init(
                .tooManyRequests,
                "Too many registrations; wait for Retry-After seconds",
                FailedCheck("rate limit", expected: "fewer registrations or mails in an hour", seen: "the limit"),
                retryAfter: wait
            )
        }
    }
}
