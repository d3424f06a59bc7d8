import JOSE
import Provider

/// The steps of `SQLSessionStore.renew`, each within the caller's write.
extension Connection {
    /// Ends a remembered session and files its successor. False when there is none that may go on.
    func replace(_ renewal: SessionRenewal) throws -> Bool {
        let isEnded = try execute(
            """
            UPDATE session AS s SET is_over = 1, successor_id = $4
            WHERE s.id = $1 AND s.account_id = $3 AND s.is_over = 0 AND s.remembered = 1 AND s.expires_at > $2
                AND EXISTS (SELECT 1 FROM account a WHERE a.id = s.account_id AND \(Self.maySignIn))
            """,
            [
                .text(renewal.id.description), .time(renewal.now), .text(renewal.subject.description),
                .text(renewal.successor.description),
            ]
        )
        guard isEnded == 1 else { return false }
        try execute(
            """
            INSERT INTO session (
                id, account_id, client, started_at, last_seen_at, expires_at, idle_limit, remembered, address, user_agent,
                generation, is_over
            ) SELECT successor_id, account_id, client, $2, $2, expires_at, idle_limit, 1, $3, $4, generation, 0
            FROM session WHERE id = $1
            """,
            [
                .text(renewal.id.description), .time(renewal.now), .text(renewal.origin.address),
                .text(renewal.origin.userAgent),
            ]
        )
        // The sessions of clients that it began go on with it.
        try execute(
            "UPDATE session SET browser_id = $2 WHERE browser_id = $1",
            [.text(renewal.id.description), .text(renewal.successor.description)]
        )
        return true
    }

    /// The session that took the place of one that was renewed within the grace.
    func successor(of renewal: SessionRenewal) throws -> Session.ID? {
        try first(
            """
            SELECT n.id FROM session s JOIN session n ON n.id = s.successor_id
            WHERE s.id = $1 AND s.account_id = $3 AND n.started_at + 1000 * $4 > $2
            """,
            [
                .text(renewal.id.description), .time(renewal.now), .text(renewal.subject.description),
                .integer(renewal.grace),
            ]
        ) { Session.ID(try $0.text(0)) }
    }
}
