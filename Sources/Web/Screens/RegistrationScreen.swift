import Accounts
import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// An account of one's own, by page. What is said does not depend on whether the address has an account already.
struct RegistrationScreen: Sendable {
    let desk: FrontDesk
    /// A discreet one, whose links lead to `/account/confirm-email/`.
    let activation: Activation

    var routes: [Route] {
        [
            desk.route(.get, "/register") { try await show($0.endpointRequest) },
            desk.route(.post, "/register") { try await register($0.endpointRequest) },
        ]
    }

    private func show(_ request: EndpointRequest) async throws -> Reply {
        if try await desk.visitor(of: request) != nil { return desk.redirect(to: "/account") }
        return desk.page(.register(.init(minimum: Password.minimum)), for: request)
    }

    private func register(_ request: EndpointRequest) async throws -> Reply {
        let form = try desk.openForm(request)
        var typed = Page.Registration(minimum: Password.minimum)
        typed.username = try form.optional("username") ?? ""
        typed.email = try form.optional("email") ?? ""
        typed.name = try form.optional("name") ?? ""
        do {
            let (registrant, password) = try Self.read(typed, try form.optional("password"))
            try await activation.register(registrant, password: password, from: request.clientNetwork)
            return desk.redirect(to: "/sign-in", .registered)
        } catch let error {
            guard let problem = Self.problem(error) else { throw error }
            return desk.page(.register(typed), for: request, problem: problem)
        }
    }

    /// Throws one `FormProblem` of all that is wrong.
    private static func read(
        _ typed: Page.Registration,
        _ password: String?
    ) throws(FormProblem) -> (Registrant, Password) {
        var problems: [FormProblem] = []
        func kept<Value>(_ read: () throws(FormProblem) -> Value) -> Value? {
            do throws(FormProblem) {
                return try read()
            } catch {
                problems.append(error)
                return nil
            }
        }
        let username = kept { () throws(FormProblem) in try FormProblem.username(typed.username) }
        let email = kept { () throws(FormProblem) in try FormProblem.email(typed.email) }
        let name = kept { () throws(FormProblem) in try FormProblem.name(typed.name) }
        let chosen = kept { () throws(FormProblem) in try FormProblem.password(password, in: "password") }
        guard let username, let email, let name, let chosen else { throw FormProblem.fields(problems) }
        return (Registrant(email: email, username: username, name: name), chosen)
    }

    private static func problem(_ error: any Error) -> FormProblem? {
        if case ActivationError.usernameTaken = error {
            return .field("username", Text(.usernameTaken), expected: "a free username")
        }
        return error as? FormProblem ?? FormProblem(waiting: error)
    }
}
