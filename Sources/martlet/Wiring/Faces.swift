import Accounts
import Cryptography
import Pages
import Provider
import Social
import Storage
import Web

/// Every route of the server, over one core.
struct Faces {
    let routes: [Route]

    init(
        configuration: ServerConfiguration,
        stores: Stores,
        provider: Provider,
        watchers: VerificationWatchers,
        feed: MessageFeed,
        random: any RandomSource,
        health: [HealthRoute.Check],
        readiness: Readiness
    ) throws {
        var settings = RegistrationSettings(baseURL: configuration.issuer)
        if !configuration.limitsRates {
            settings.mails = nil
            settings.registrationsPerAddress = nil
        }
        let registration = Registration(
            store: stores.registrations,
            settings: settings,
            watchers: watchers,
            random: random,
            now: SystemClock.now
        )
        let mailed = Self.mailedTokens(configuration, stores, provider, random: random)
        routes =
            ProviderRoutes.all(of: provider)
            + RegistrationRoutes(
                registration: registration,
                watchers: watchers,
                provider: provider,
                isDevelopment: configuration.isDevelopment
            ).routes
            + Screens(
                renderer: try PageRenderer(base: provider.settings.basePath),
                registration: registration,
                confirmation: EmailConfirmation(tokens: mailed),
                provider: provider
            ).routes
            + Self.chat(configuration, stores, provider, feed: feed, mailed: mailed, random: random)
            + [
                HealthRoute(checks: health, version: Martlet.version, readiness: readiness).route(
                    refusals: provider.refusals
                )
            ]
    }

    /// The one-time tokens in mails, and where their links lead.
    private static func mailedTokens(
        _ configuration: ServerConfiguration,
        _ stores: Stores,
        _ provider: Provider,
        random: any RandomSource
    ) -> MailedTokens {
        var settings = RecoverySettings()
        if !configuration.limitsRates {
            settings.recoveryMails = nil
            settings.confirmationMails = nil
        }
        let base = provider.settings
        return MailedTokens(store: stores.accountTokens, settings: settings, random: random, now: SystemClock.now) {
            base.url("/account/confirm-email/\($0)")
        }
    }

    /// The chat face.
    private static func chat(
        _ configuration: ServerConfiguration,
        _ stores: Stores,
        _ provider: Provider,
        feed: MessageFeed,
        mailed: MailedTokens,
        random: any RandomSource
    ) -> [Route] {
        let hashing = PasswordHashingPool(PasswordHash(random: random))
        let passwords = PasswordSignInService(
            accounts: stores.accounts,
            hashing: hashing,
            limits: configuration.limitsRates ? SignInLimits() : nil,
            now: SystemClock.now
        )
        let chat = Chat(store: stores.messages, feed: feed, random: random, now: SystemClock.now)
        let people = ChatPeople(
            friendships: stores.friendships,
            chat: chat,
            feed: feed,
            sessions: provider.sessions,
            now: SystemClock.now
        )
        let accounts = ChatAccountRoutes(
            signIn: FaceSignIn(passwords: passwords, subjects: stores.subjects, sessions: provider.sessions),
            accounts: stores.accounts,
            people: people,
            emailChange: EmailChange(tokens: mailed),
            provider: provider,
            now: SystemClock.now
        )
        return accounts.routes + ChatMessageRoutes(chat: chat, feed: feed, provider: provider).routes
    }
}
