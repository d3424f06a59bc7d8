import Accounts
import Cryptography
import Provider
import Social
import Storage
import Web

/// The services that all faces share: one of everything.
struct Core: Sendable {
    let configuration: ServerConfiguration
    let stores: Stores
    let provider: Provider
    let random: any RandomSource
    let watchers: VerificationWatchers
    let feed: MessageFeed

    let registration: Registration
    let signUps: SignUps
    let hashing: any PasswordHashing
    let passwords: any PasswordSignIn
    let signIn: FaceSignIn
    let mailed: MailedTokens
    let recovery: PasswordRecovery
    let chat: Chat
    let people: ChatPeople
    let volatile: any VolatileStore

    /// Keys for purposes of their own come from here.
    private let sealing: SealingKey

    init(
        configuration: ServerConfiguration,
        stores: Stores,
        provider: Provider,
        volatile: any VolatileStore,
        sealing: SealingKey,
        random: any RandomSource
    ) {
        self.configuration = configuration
        self.stores = stores
        self.provider = provider
        self.sealing = sealing
        self.random = random
        watchers = VerificationWatchers()
        feed = MessageFeed()
        registration = Self.registration(configuration, stores, watchers: watchers, random: random)
        mailed = Self.mailedTokens(configuration, stores, random: random) { [settings = provider.settings] in
            settings.url("/account/confirm-email/\($0)")
        }
        self.volatile = volatile
        hashing = PasswordHashingPool(PasswordHash(random: random))
        signUps = SignUps(
            store: stores.signUps,
            hashing: hashing,
            limit: configuration.limitsRates ? SignUps.standardLimit : nil,
            random: random,
            now: SystemClock.now
        )
        passwords = PasswordSignInService(
            accounts: stores.accounts,
            hashing: hashing,
            limits: configuration.limitsRates ? SignInLimits() : nil,
            now: SystemClock.now
        )
        signIn = FaceSignIn(passwords: passwords, sessions: provider.sessions)
        recovery = PasswordRecovery(
            accounts: stores.accounts,
            hashing: hashing,
            tokens: Self.mailedTokens(configuration, stores, random: random) { [settings = provider.settings] in
                settings.url("/recover/\($0)")
            }
        )
        chat = Chat(store: stores.messages, feed: feed, random: random, now: SystemClock.now)
        people = ChatPeople(
            friendships: stores.friendships,
            chat: chat,
            feed: feed,
            sessions: provider.sessions,
            now: SystemClock.now
        )
    }

    /// The cookie under `name`, sealed with a key of its own.
    func sessionCookie(_ name: StaticString) throws -> SessionCookie {
        try SessionCookie("\(name)", key: sealing.derivedKey(for: name), random: random, now: SystemClock.now)
    }

    /// The ways of applications' requests through the pages, sealed with a key of their own.
    func dialogues() throws -> Dialogues {
        try Dialogues(key: sealing.derivedKey(for: "dialogues"), random: random, now: SystemClock.now)
    }

    /// The records of the session face's sessions, sealed with a key of their own.
    func sessionRecords() throws -> SessionRecords {
        try SessionRecords(
            volatile,
            key: sealing.derivedKey(for: "session records"),
            random: random,
            now: SystemClock.now
        )
    }

    /// What seals the links of first mails, under a key of its own.
    func activationLink() throws -> ActivationLink {
        try ActivationLink(key: sealing.derivedKey(for: "activation links"), random: random)
    }

    /// The accounts that wait for their mail's link to be followed, made at the session face.
    func activation(_ link: ActivationLink) -> Activation {
        let settings = provider.settings
        let tokens = Self.mailedTokens(configuration, stores, random: random) { settings.url(try link.path($0)) }
        return activation(tokens, discretion: nil)
    }

    /// The same, made by page: the link leads to a page, and nobody learns whether an address is taken.
    var pageActivation: Activation {
        let settings = provider.settings
        return activation(
            mailed,
            discretion: .init(signIn: settings.url("/sign-in"), recovery: settings.url("/recover"))
        )
    }

    private func activation(_ tokens: MailedTokens, discretion: Activation.Discretion?) -> Activation {
        Activation(
            store: stores.activations,
            hashing: hashing,
            tokens: tokens,
            limit: configuration.limitsRates ? Activation.standardLimit : nil,
            discretion: discretion,
            random: random
        )
    }

    private static func registration(
        _ configuration: ServerConfiguration,
        _ stores: Stores,
        watchers: VerificationWatchers,
        random: any RandomSource
    ) -> Registration {
        var settings = RegistrationSettings(baseURL: configuration.issuer)
        if !configuration.limitsRates {
            settings.mails = nil
            settings.registrationsPerAddress = nil
        }
        return Registration(
            store: stores.registrations,
            settings: settings,
            watchers: watchers,
            random: random,
            now: SystemClock.now
        )
    }

    /// Ties forms to the browser that they were shown in.
    var formTokens: FormTokens { FormTokens(key: sealing.derivedKey(for: "form tokens"), random: random) }

    /// The one-time tokens in mails, and where their links lead.
    private static func mailedTokens(
        _ configuration: ServerConfiguration,
        _ stores: Stores,
        random: any RandomSource,
        link: @escaping @Sendable (String) throws -> String
    ) -> MailedTokens {
        var settings = RecoverySettings()
        if !configuration.limitsRates {
            settings.recoveryMails = nil
            settings.confirmationMails = nil
        }
        return MailedTokens(
            store: stores.accountTokens,
            settings: settings,
            random: random,
            now: SystemClock.now,
            link: link
        )
    }
}
