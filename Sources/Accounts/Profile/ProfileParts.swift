package import JOSE

/// The parts of a profile that the session face registers: client, employee and admin, each a JSON object that was validated.
package struct ProfileParts: Sendable, Equatable {
    package var client: JSONObject?
    package var employee: JSONObject?
    package var admin: JSONObject?

    package init(client: JSONObject? = nil, employee: JSONObject? = nil, admin: JSONObject? = nil) {
        self.client = client
        self.employee = employee
        self.admin = admin
    }

    package var isEmpty: Bool { client == nil && employee == nil && admin == nil }
}
