package import Accounts
import HTTPTypes
package import JOSE
import Pages
package import Provider
package import Social

/// The pages that people see, and what they need to look right.
package struct Screens: Sendable {
    /// What the pages do their work with.
    package struct Services: Sendable {
        package let registration: Registration
        package let activation: Activation
        package let signIn: FaceSignIn
        package let confirmation: EmailConfirmation
        package let emailChange: EmailChange
        package let recovery: PasswordRecovery
        package let passwordChange: PasswordChange
        package let friendships: any FriendshipStore
        package let dialogues: Dialogues
        package let consents: any ConsentStore
        package let clients: any ClientStore

        /// `confirmations` and `recovery` make the tokens in mails, whose links lead to `/account/confirm-email/` and `/recover/`; those
        /// of `activation` lead to `/account/confirm-email/` too, and it is discreet.
        package init(
            registration: Registration,
            activation: Activation,
            signIn: FaceSignIn,
            passwordChange: PasswordChange,
            confirmations: MailedTokens,
            recovery: PasswordRecovery,
            friendships: any FriendshipStore,
            dialogues: Dialogues,
            consents: any ConsentStore,
            clients: any ClientStore
        ) {
            self.registration = registration
            self.activation = activation
            self.signIn = signIn
            self.passwordChange = passwordChange
            self.recovery = recovery
            self.friendships = friendships
            self.dialogues = dialogues
            self.consents = consents
            self.clients = clients
            confirmation = EmailConfirmation(tokens: confirmations)
            emailChange = EmailChange(tokens: confirmations)
        }
    }

    private let desk: FrontDesk
    private let services: Services
    private let refusals: Refusals
    private let authorization: AuthorizationEndpoint
    private let logout: LogoutEndpoint
    private let logos: ClientLogos
    private let now: @Sendable () -> Timestamp

    package init(
        desk: FrontDesk,
        services: Services,
        provider: Provider,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.desk = desk
        self.services = services
        self.now = now
        refusals = provider.refusals
        authorization = provider.authorization
        logout = provider.logout
        logos = provider.logos
    }

    package var routes: [Route] {
        documents + [verification]
            + SignInScreen(desk: desk, signIn: services.signIn, requests: authorize).routes
            + authorize.routes
            + AccountsScreen(desk: desk, requests: authorize).routes
            + LogoScreen(desk: desk, logos: logos).routes
            + LanguageScreen(desk: desk).routes
            + LogoutScreen(desk: desk, endpoint: logout).routes
            + RegistrationScreen(desk: desk, activation: services.activation).routes
            + RecoveryScreen(desk: desk, recovery: services.recovery).routes
            + ConfirmationScreen(desk: desk, confirmation: services.confirmation).routes
            + AccountScreen(
                desk: desk,
                signIn: services.signIn,
                emailChange: services.emailChange,
                confirmation: services.confirmation,
                passwordChange: services.passwordChange,
                now: now
            ).routes
            + DetailsScreen(desk: desk, now: now).routes
            + SessionsScreen(desk: desk).routes
            + ApplicationsScreen(
                desk: desk,
                consents: services.consents,
                clients: services.clients,
                endpoint: authorization
            ).routes
            + KeysScreen(desk: desk, removal: KeyRemoval(accounts: desk.accounts, now: now)).routes
            + FriendsScreen(desk: desk, friendships: services.friendships, now: now).routes
            + UsersScreen(desk: desk, signIn: services.signIn, now: now).routes
    }

    private var authorize: AuthorizeScreen {
        AuthorizeScreen(desk: desk, endpoint: authorization, dialogues: services.dialogues)
    }

    private var documents: [Route] {
        let own = desk.ownStylesheet.map { document("/assets/\($0.name)", $0.bytes, "text/css; charset=utf-8") }
        return [own].compactMap(\.self) + [
            document("/assets/martlet.css", PageRenderer.stylesheet, "text/css; charset=utf-8"),
            document("/assets/martlet.svg", PageRenderer.icon, "image/svg+xml"),
            document("/assets/submit.js", PageRenderer.submitScript, "text/javascript; charset=utf-8"),
            desk.route(.get, "/oauth/errors") { desk.html(.oauthErrors, for: $0.endpointRequest) },
            desk.route(.get, "/account/link-not-valid") { desk.html(.emailNotVerified, for: $0.endpointRequest) },
        ]
    }

    private func document(_ path: String, _ text: [UInt8], _ type: String) -> Route {
        let document = CachedDocument(text: text, contentType: type)
        return Route(
            .get,
            desk.base + path,
            allowsBrowsers: false,
            isPublicDocument: true,
            refusal: refusals.reply(to:)
        ) {
            .complete(document.reply(to: $0.endpointRequest))
        }
    }

    /// The link of the self identity server's mail: it works by GET, and programs follow it.
    private var verification: Route {
        Route(.get, "\(desk.base)/api/verify/{token}", allowsBrowsers: false, refusal: refusals.reply(to:)) {
            .complete(try await verifyEmail($0))
        }
    }

    private func verifyEmail(_ request: RouteRequest) async throws -> Reply {
        let (token, request) = (request.parameters["token"] ?? "", request.endpointRequest)
        if try await services.registration.verify(token) != nil { return desk.html(.emailVerified, for: request) }
        var reply = desk.html(.emailNotVerified, for: request, status: .badRequest)
        reply.refusal = .unknownVerification
        return reply
    }
}
