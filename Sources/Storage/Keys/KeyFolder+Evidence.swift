import Cryptography
package import JOSE
package import Provider

extension KeyFolder {
    private static let evidenceName = "fetches.json"
    private static let historyName = "history.log"

    /// What the server that ran last knew of the spread of its keys; nil when there is nothing to be read. Throws `KeyFolderError`
    /// when others can get at it.
    package func evidence() throws -> KeyEvidence? {
        guard try folder.names().contains(Self.evidenceName) else { return nil }
        let bytes = try folder.read(Self.evidenceName)
        // Without it a key that waits counts as published anew, so every copy of the key set is still waited for.
        return try? KeyEvidence(JSONObject.parse(bytes))
    }

    func save(_ evidence: KeyEvidence) throws {
        try folder.replace(Self.evidenceName, with: JSON.object(evidence.json).encoded() + [UInt8(ascii: "\n")])
    }

    /// Writes to the history what became of a key and why: a line of JSON, which nothing of ours takes away.
    package func record(_ event: KeyEvent, at now: Timestamp) throws {
        try folder.append(JSON.object(event.json(at: now)).encoded() + [UInt8(ascii: "\n")], to: Self.historyName)
    }
}

/// What becomes of a key.
package struct KeyEvent: Sendable {
    package enum Kind: String, Sendable {
        case made, imported, used, removed
        /// It signs at once, in place of all others of its algorithm.
        case emergency
    }

    package let kind: Kind
    package let key: SigningKey
    /// For people.
    package let reason: String

    package init(_ kind: Kind, _ key: SigningKey, reason: String) {
        (self.kind, self.key, self.reason) = (kind, key, reason)
    }

    func json(at now: Timestamp) -> JSONObject {
        [
            "time": .string(now.text), "event": .string(kind.rawValue), "alg": .string(key.algorithm.rawValue),
            "kid": .string(key.kid), "reason": .string(reason),
        ]
    }
}
