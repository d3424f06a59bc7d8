import Accounts
import HTTPTypes
import Pages
import Provider
import Social
import Storage
import Web

/// Every route of the server: the faces over one core.
struct Faces {
    let routes: [Route]
    /// The page for requests that find no route.
    let errorPage: @Sendable (any Error, HTTPFields) -> Reply

    init(_ core: Core, health: HealthRoute) throws {
        let provider = core.provider
        let desk = try core.desk
        errorPage = desk.reply(to:for:)
        let described =
            ProviderRoutes.all(of: provider)
            + core.selfIdentityRoutes
            + core.chatRoutes
            + core.userManagementRoutes
            + (try core.sessionRoutes)
            + (try core.screens(desk).routes)
            + [health.route(refusals: provider.refusals)]
        routes = described + [APIDocument.route(over: described, of: provider, version: Martlet.version)]
    }
}

extension Core {
    /// The self identity server: registration by email and key.
    fileprivate var selfIdentityRoutes: [Route] {
        RegistrationRoutes(
            registration: registration,
            watchers: watchers,
            provider: provider,
            isDevelopment: configuration.isDevelopment
        ).routes
    }

    /// The chat backend.
    fileprivate var chatRoutes: [Route] {
        ChatAccountRoutes(
            signIn: signIn,
            accounts: stores.accounts,
            people: people,
            emailChange: EmailChange(tokens: mailed),
            provider: provider,
            now: SystemClock.now
        ).routes + ChatMessageRoutes(chat: chat, feed: feed, provider: provider).routes
    }

    /// The REST user management.
    fileprivate var userManagementRoutes: [Route] {
        let gate = UserGate(provider: provider, accounts: stores.accounts)
        let tokens = configuration.userTokens
        return UserSignInRoutes(signIn: signIn, gate: gate, tokens: tokens, provider: provider, now: SystemClock.now)
            .routes
            + UserRoutes(
                accounts: stores.accounts,
                signUps: signUps,
                revisions: UserRevisions(
                    accounts: stores.accounts,
                    hashing: hashing,
                    signIn: signIn,
                    gate: gate,
                    tokens: tokens,
                    now: SystemClock.now
                ),
                gate: gate,
                provider: provider
            ).routes
    }

    /// The session API.
    fileprivate var sessionRoutes: [Route] {
        get throws {
            let (cookie, link) = (try sessionCookie("session_uuid"), try activationLink())
            let sessions = SessionRoutes(
                signIn: signIn,
                cookie: cookie,
                records: try sessionRecords(),
                provider: provider
            )
            let registration = ActivationRoutes(
                activation: activation(link),
                link: link,
                authority: AdministratorCheck(accounts: stores.accounts, cookie: cookie, provider: provider),
                provider: provider
            )
            return sessions.routes + registration.routes
        }
    }

    /// Where the pages are received.
    fileprivate var desk: FrontDesk {
        get throws {
            FrontDesk(
                renderer: PageRenderer(base: provider.settings.basePath, theme: configuration.pages.theme),
                cookies: try SessionCookies(sessionCookie),
                forms: formTokens,
                accounts: stores.accounts,
                provider: provider
            )
        }
    }

    /// The pages.
    fileprivate func screens(_ desk: FrontDesk) throws -> Screens {
        Screens(
            desk: desk,
            services: .init(
                registration: registration,
                activation: pageActivation,
                signIn: signIn,
                passwordChange: PasswordChange(
                    signIn: passwords,
                    accounts: stores.accounts,
                    hashing: hashing,
                    now: SystemClock.now
                ),
                confirmations: mailed,
                recovery: recovery,
                friendships: stores.friendships,
                dialogues: try dialogues(),
                consents: stores.consents,
                clients: stores.clients
            ),
            provider: provider,
            now: SystemClock.now
        )
    }
}
