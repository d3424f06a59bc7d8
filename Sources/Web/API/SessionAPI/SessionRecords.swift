package import Cryptography
package import JOSE
import PASETO
package import Provider

/// What is kept of a session where it may be lost: a second PASETO v4.local token, sealed with a key of its own, that says whose
/// session it is. It spares nothing its decision: who asks has seen that the session lives.
package struct SessionRecords: Sendable {
    private let store: any VolatileStore
    private let key: LocalKey
    private let random: any RandomSource
    private let now: @Sendable () -> Timestamp

    /// `key` is 32 bytes. Throws what `LocalKey` throws.
    package init(
        _ store: any VolatileStore,
        key: [UInt8],
        random: any RandomSource,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        self.store = store
        self.key = try LocalKey(key)
        self.random = random
        self.now = now
    }

    /// Whose session it is (`email`, `name`), from its record. One that was lost, cannot be read, or is not what the account says
    /// now is written anew. Throws `PASETOError`.
    func person(of live: LiveSession) async throws -> JSON {
        let data = Self.data(of: live)
        if await read(live.session.id) != data { try await write(data, of: live.session) }
        return ["email": data["email"] ?? .null, "name": data["name"] ?? .null]
    }

    /// Drops the record of a session that is over.
    func remove(_ id: Session.ID) async {
        await store.remove(Self.name(of: id))
    }

    /// The name of a session's record.
    package static func name(of id: Session.ID) -> VolatileKey { VolatileKey("session", id.description) }

    private static func data(of live: LiveSession) -> JSONObject {
        [
            "session_uuid": .string(live.session.id.description),
            "user_id": .string(live.subject.id.description),
            "email": live.subject.email.map { .string($0) } ?? .null,
            "name": .string(live.subject.name),
            "generation": .integer(live.subject.generation),
            "exp": .integer(live.session.expiry.seconds),
        ]
    }

    private func read(_ id: Session.ID) async -> JSONObject? {
        let name = Self.name(of: id)
        guard let value = await store.value(name, at: now()), let text = String(validating: value, as: UTF8.self),
            let token = try? LocalToken(parsing: text),
            let message = try? token.decrypt(with: key, implicitAssertion: Array(name.description.utf8))
        else { return nil }
        return try? JSONObject.parse(message)
    }

    private func write(_ data: JSONObject, of session: Session) async throws {
        let name = Self.name(of: session.id)
        let token = try LocalToken.encrypt(
            JSON.object(data).encoded(),
            key: key,
            implicitAssertion: Array(name.description.utf8),
            random: random
        )
        await store.set(name, to: Array(token.utf8), until: session.expiry, at: now())
    }
}
