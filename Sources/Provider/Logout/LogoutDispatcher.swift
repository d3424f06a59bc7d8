import Cryptography
import JOSE
package import Logging
import Metrics
import OAuth
import Synchronization

/// Sends logout tokens to clients.
package protocol LogoutCarrier: Sendable {
    /// Posts the form parameter `logout_token` to `address`; returns when the client answered that it is signed out. Throws for anything
    /// else; the text is for the operator.
    func post(_ token: String, to address: String) async throws
}

/// Tells clients that sessions in them are over, until each has heard of it or is given up (OIDC Back-Channel Logout §2.5).
package final class LogoutDispatcher: Sendable {
    private let dependencies: Dependencies
    private let notices: any LogoutNoticeStore
    private let carrier: any LogoutCarrier
    private let logger: Logger

    /// Attempts after which a client is given up for a session: the waits below add up to about a day.
    private static let attemptLimit = 15
    /// Clients that are told at the same time.
    package static let parallel = 16
    /// Those that are being told now; each is told of one session at a time, so a slow one holds up itself alone.
    private let underWay = Mutex<Set<Client.ID>>([])

    package init(
        _ dependencies: Dependencies,
        notices: any LogoutNoticeStore,
        carrier: any LogoutCarrier,
        logger: Logger
    ) {
        self.dependencies = dependencies
        self.notices = notices
        self.carrier = carrier
        self.logger = logger
    }

    /// Tries the notices that are due, one of each client that is not being told already. Returns how many. Throws what the store
    /// throws. May be called while an earlier call still waits for a slow client.
    package func deliverDue() async throws -> Int {
        let due = try await notices.due(at: dependencies.now(), limit: 4 * Self.parallel)
        let taken = underWay.withLock { underWay in
            due.filter { underWay.count < Self.parallel && underWay.insert($0.client).inserted }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for notice in taken {
                group.addTask { [self] in
                    defer { underWay.withLock { _ = $0.remove(notice.client) } }
                    try await deliver(notice)
                }
            }
            try await group.waitForAll()
        }
        return taken.count
    }

    private func deliver(_ notice: LogoutNotice) async throws {
        guard let client = try await dependencies.clients.client(notice.client),
            let address = client.metadata.backChannelLogoutURI?.description
        else { return try await notices.remove(notice.session) }
        do {
            try await carrier.post(token(for: notice, client), to: address)
            try await notices.remove(notice.session)
            count("delivered")
        } catch {
            try await giveUpOrPostpone(notice, "\(error)")
        }
    }

    private func giveUpOrPostpone(_ notice: LogoutNotice, _ reason: String) async throws {
        let attempts = notice.attempts + 1
        let isOver = attempts >= Self.attemptLimit
        logger.warning(
            isOver ? "logout notice given up" : "logout notice postponed",
            metadata: ["client": "\(notice.client)", "attempts": "\(attempts)", "reason": "\(reason)"]
        )
        count(isOver ? "given up" : "postponed")
        if isOver {
            try await notices.remove(notice.session)
        } else {
            try await notices.postpone(notice.session, until: dependencies.now() + Self.wait(after: attempts))
        }
    }

    private func count(_ result: String) {
        Counter(label: "martlet_logout_notices_total", dimensions: [("result", result)]).increment()
    }

    /// Seconds until the next attempt: 5, 10, 20, … at most four hours.
    static func wait(after attempts: Int) -> Int64 { min(14_400, 5 << Int64(min(attempts - 1, 20))) }

    /// OIDC Back-Channel Logout §2.4.
    private func token(for notice: LogoutNotice, _ client: Client) throws -> String {
        let now = dependencies.now()
        let claims: JSONObject = [
            "iss": .string(dependencies.settings.issuer),
            "sub": .string(SubjectNames(dependencies).name(of: notice.subject, for: client).description),
            "aud": .string(client.id.description),
            "iat": .integer(now.seconds),
            "exp": .integer(now.seconds + 120),
            "jti": .string(ULID(milliseconds: now.milliseconds, random: dependencies.random).string),
            "sid": .string(notice.session.description),
            "events": ["http://schemas.openid.net/event/backchannel-logout": [:]],
        ]
        return try dependencies.keys.current(client.metadata.idTokenAlgorithm, at: now).logoutTokens.sign(
            claims.encoded()
        )
    }
}
