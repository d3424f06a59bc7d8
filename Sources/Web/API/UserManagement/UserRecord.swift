import Accounts
import JOSE

extension Account {
    /// As the user-management face shows it. Of password and refresh token it says nothing, not even a hash.
    var userRecord: JSONObject {
        [
            "_id": .string(id.description),
            "username": username.map { .string($0.description) } ?? .null,
            "blacklisted": .bool(state == .blocked),
            "roles": .strings(roles.map(\.rawValue).sorted()),
            "permissions": .array(held.map(\.json)),
            "created_at": .string(createdAt.text),
            "updated_at": .string(updatedAt.text),
        ]
    }
}
