import HTTPTypes

/// A cookie to set (RFC 6265 §4.1). Always `HttpOnly`, `Secure`, `SameSite=Lax`, `Path=/`, never with a `Domain`.
struct SetCookie: Sendable {
    let name: String
    /// Letters, digits and the signs of base64url, hexadecimal and tokens.
    let value: String
    /// For how long the browser keeps it, in seconds; nil until it is closed.
    let lifetime: Int64?

    init(_ name: String, _ value: String, lifetime: Int64? = nil) {
        self.name = name
        self.value = value
        self.lifetime = lifetime
    }

    /// Takes a cookie away.
    static func cleared(_ name: String) -> SetCookie { SetCookie(name, "", lifetime: 0) }

    var field: HTTPField {
        let age = lifetime.map { "; Max-Age=\($0)" } ?? ""
        return HTTPField(name: .setCookie, value: "\(name)=\(value)\(age); Path=/; HttpOnly; Secure; SameSite=Lax")
    }
}
