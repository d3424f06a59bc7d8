import Accounts
import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// A new password for who has forgotten the old one. What is said does not depend on whether the address has an account.
struct RecoveryScreen: Sendable {
    let desk: FrontDesk
    let recovery: PasswordRecovery

    var routes: [Route] {
        [
            desk.route(.get, "/recover") { desk.page(.recover(email: ""), for: $0.endpointRequest) },
            desk.route(.post, "/recover") { try await ask($0.endpointRequest) },
            desk.route(.get, "/recover/{token}") { try await show($0) },
            desk.route(.post, "/recover/{token}") { try await set($0) },
        ]
    }

    private func ask(_ request: EndpointRequest) async throws -> Reply {
        let form = try desk.openForm(request)
        let typed = try form.optional("email")?.trimmed ?? ""
        do {
            try await recovery.recover(try FormProblem.email(typed), from: request.clientNetwork)
            return desk.redirect(to: "/recover", .recoverySent)
        } catch let error {
            guard let problem = error as? FormProblem ?? FormProblem(waiting: error) else { throw error }
            return desk.page(.recover(email: typed), for: request, problem: problem)
        }
    }

    /// Looks at the token and takes nothing: scanners of mail follow links too.
    private func show(_ request: RouteRequest) async throws -> Reply {
        guard let token = request.mailToken, try await recovery.isAlive(token) else { return dead(request) }
        return desk.page(.choosePassword(token: token, minimum: Password.minimum), for: request.endpointRequest)
    }

    private func set(_ request: RouteRequest) async throws -> Reply {
        let form = try desk.openForm(request.endpointRequest)
        guard let token = request.mailToken, try await recovery.isAlive(token) else { return dead(request) }
        do {
            let password = try FormProblem.password(try form.optional("password"), in: "password")
            guard try await recovery.setPassword(password, with: token) != nil else { return dead(request) }
            return desk.farewell(.passwordSet)
        } catch let error {
            guard let problem = error as? FormProblem ?? FormProblem(waiting: error) else { throw error }
            return desk.page(
                .choosePassword(token: token, minimum: Password.minimum),
                for: request.endpointRequest,
                problem: problem
            )
        }
    }

    private func dead(_ request: RouteRequest) -> Reply {
        var reply = desk.html(.recoveryLinkDead, for: request.endpointRequest, status: .badRequest)
        reply.refusal = .unknownVerification
        return reply
    }
}

/// The link in the mail to a new or unconfirmed address.
struct ConfirmationScreen: Sendable {
    let desk: FrontDesk
    let confirmation: EmailConfirmation

    var routes: [Route] {
        [
            desk.route(.get, "/account/confirm-email/{token}") { show($0) },
            desk.route(.post, "/account/confirm-email/{token}") { try await confirm($0) },
        ]
    }

    private func show(_ request: RouteRequest) -> Reply {
        guard let token = request.mailToken else { return dead(request) }
        return desk.page(.confirmEmail(token: token), for: request.endpointRequest)
    }

    private func confirm(_ request: RouteRequest) async throws -> Reply {
        _ = try desk.openForm(request.endpointRequest)
        guard let token = request.mailToken, try await confirmation.confirm(token) != nil else { return dead(request) }
        return desk.html(.emailConfirmed, for: request.endpointRequest)
    }

    private func dead(_ request: RouteRequest) -> Reply {
        var reply = desk.html(.emailNotVerified, for: request.endpointRequest, status: .badRequest)
        reply.refusal = .unknownVerification
        return reply
    }
}

extension RouteRequest {
    /// The token in the path; nil when it cannot be one of a mail. It stands in the page's form, so it is letters, digits, `-`
    /// and `_` and nothing else.
    fileprivate var mailToken: String? {
        parameters["token"].flatMap { token in
            let isToken = token.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x2D || byte == 0x5F
            }
            return isToken && token.utf8.count <= 128 ? token : nil
        }
    }
}
