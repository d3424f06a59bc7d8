import Accounts
import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// An account in the eyes of its owner: what is known, and changes of name, address and password.
struct AccountScreen: Sendable {
    let desk: FrontDesk
    let signIn: FaceSignIn
    let emailChange: EmailChange
    let confirmation: EmailConfirmation
    let passwordChange: PasswordChange
    let now: @Sendable () -> Timestamp

    var routes: [Route] {
        [
            desk.route(.get, "/account") {
                let visitor = try await desk.visitor(reading: $0.endpointRequest)
                return desk.page(.account(Page.OwnAccount(visitor.account)), for: $0.endpointRequest, visitor)
            },
            desk.route(.post, "/account/name") { try await taken($0.endpointRequest, rename) },
            desk.route(.post, "/account/email") { try await taken($0.endpointRequest, changeEmail) },
            desk.route(.post, "/account/email/confirm") { try await taken($0.endpointRequest, resend) },
            desk.route(.post, "/account/password") { try await taken($0.endpointRequest, changePassword) },
        ]
    }

    /// A form that was sent, by whom.
    private struct Sent: Sendable {
        let visitor: Visitor
        let form: Parameters
        let request: EndpointRequest

        var account: Account.ID { visitor.account.id }
    }

    private func taken(
        _ request: EndpointRequest,
        _ change: (Sent) async throws -> Reply
    ) async throws -> Reply {
        let (visitor, form) = try await desk.form(request, in: .account)
        do {
            return try await change(Sent(visitor: visitor, form: form, request: request))
        } catch let error {
            guard let problem = error as? FormProblem ?? FormProblem(waiting: error) else { throw error }
            var shown = Page.OwnAccount(visitor.account)
            shown.typedName = try form.optional("name")
            shown.typedEmail = try form.optional("email")
            return desk.page(.account(shown), for: request, visitor, problem: problem)
        }
    }

    private func rename(_ sent: Sent) async throws -> Reply {
        let name = try FormProblem.name(try sent.form.optional("name"))
        _ = try await desk.accounts.update(sent.account, at: now()) { $0.name = name }
        return desk.redirect(to: "/account", .nameChanged)
    }

    private func changeEmail(_ sent: Sent) async throws -> Reply {
        let email = try FormProblem.email(try sent.form.optional("email"))
        try await prove(sent, "email-current-password")
        switch try await emailChange.change(sent.account, to: email, from: sent.request.clientNetwork) {
        case .changed: return desk.redirect(to: "/account", .emailChanged)
        case .unchanged: return desk.redirect(to: "/account", .emailUnchanged)
        case .unknown: throw SignInNeeded(returnPath: nil)
        case .emailTaken:
            throw FormProblem.field("email", Text(.addressCannotBeUsed), expected: "a free address")
        }
    }

    private func resend(_ sent: Sent) async throws -> Reply {
        if !sent.visitor.account.isEmailVerified {
            try await confirmation.send(to: sent.visitor.account, from: sent.request.clientNetwork)
        }
        return desk.redirect(to: "/account", .confirmationSent)
    }

    private func changePassword(_ sent: Sent) async throws -> Reply {
        let new = try FormProblem.password(try sent.form.optional("new_password"), in: "new_password")
        let old = try Self.current(sent, "current-password")
        switch try await passwordChange.change(sent.account, from: old, to: new, asker: sent.request.clientNetwork) {
        case .wrong: throw FormProblem.wrongPassword("current-password")
        case .limited(let wait): throw FormProblem.tooManySignIns(wait: wait)
        case .changed:
            // Every session is over, this one too: it goes on under an id that nobody knew before.
            let plan = SignInPlan.pages(isRemembered: sent.visitor.session.isRemembered)
            guard let account = try await desk.accounts.account(.id(sent.account)),
                let tokens = try await signIn.begin(account, plan: plan, sent.request)
            else { throw SignInNeeded(returnPath: nil) }
            return try desk.welcome(tokens, to: "/account", .passwordChanged)
        }
    }

    /// Throws `FormProblem` unless the form carries the account's password.
    private func prove(_ sent: Sent, _ field: String) async throws {
        switch try await signIn.prove(sent.account, try Self.current(sent, field), sent.request) {
        case .signedIn: return
        case .wrong, .blocked, .notActivated: throw FormProblem.wrongPassword(field)
        case .limited(let wait): throw FormProblem.tooManySignIns(wait: wait)
        }
    }

    private static func current(_ sent: Sent, _ field: String) throws -> Password {
        guard let password = Password(typed: try sent.form.optional("current_password") ?? "") else {
            throw FormProblem.wrongPassword(field)
        }
        return password
    }
}

extension Page.OwnAccount {
    init(_ account: Account) {
        self.init(
            id: account.id.description,
            username: account.username?.description,
            email: account.email?.description,
            isEmailVerified: account.isEmailVerified,
            name: account.name,
            createdAt: account.createdAt.forPeople,
            minimum: Password.minimum
        )
    }
}

extension Timestamp {
    /// To the minute, in UTC: `2026-11-21 15:04 UTC`.
    var forPeople: String { text.prefix(10) + " " + text.dropFirst(11).prefix(5) + " UTC" }
}
