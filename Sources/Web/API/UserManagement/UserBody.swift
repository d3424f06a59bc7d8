import Accounts
import HTTPTypes
import JOSE
import OAuth
import Provider

/// What the body of a request says of an account; members that are missing or null say nothing, unknown ones are ignored.
struct UserBody: Sendable {
    let username: Username?
    let password: Password?
    let roles: Set<Role>?
    let permissions: [Permission]?
    let isBlacklisted: Bool?

    /// Throws 400 that names the member which is not as it must be.
    init(_ body: JSONBody) throws(APIRefusal) {
        username = try body.optionalUsername()
        password = try body.optionalNewPassword()
        roles = try body.value("roles").map { json throws(APIRefusal) in try Self.roles(json) }
        permissions = try body.value("permissions").map { json throws(APIRefusal) in try Self.permissions(json) }
        isBlacklisted = try body.value("blacklisted").map { json throws(APIRefusal) in
            if let flag = json.boolValue { return flag }
            throw APIRefusal(
                .badRequest,
                "blacklisted must be true or false",
                FailedCheck("blacklisted", expected: "a boolean", seen: "another type")
            )
        }
    }

    private static func roles(_ json: JSON) throws(APIRefusal) -> Set<Role> {
        let roles = json.stringsValue.map { $0.map(Role.init(rawValue:)) }
        guard let roles, !roles.isEmpty, !roles.contains(nil) else {
            throw APIRefusal(
                .badRequest,
                "roles must be an array with guest, admin or both",
                FailedCheck("roles", expected: "known roles", seen: "others")
            )
        }
        return Set(roles.compactMap { $0 })
    }

    private static func permissions(_ json: JSON) throws(APIRefusal) -> [Permission] {
        let permissions = json.arrayValue.map { $0.map(Permission.init(json:)) }
        guard let permissions, !permissions.contains(nil) else {
            throw APIRefusal(
                .badRequest,
                "permissions must be an array of objects with action (self or all), method (GET, POST, PATCH or DELETE) and resource (users)",
                FailedCheck("permissions", expected: "known permissions", seen: "others")
            )
        }
        return permissions.compactMap { $0 }.reduce(into: []) { kept, next in
            if !kept.contains(next) { kept.append(next) }
        }
    }
}
