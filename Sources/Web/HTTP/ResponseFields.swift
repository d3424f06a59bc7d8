import HTTPTypes
import Provider

/// The header fields that every reply carries.
enum ResponseFields {
    static let requestID = HTTPField.Name("X-Request-Id")!

    private static let security = fields(
        policy: "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )

    /// For pages: no script at all, and what they link to is not told where the reader came from.
    private static let pageSecurity =
        fields(policy: PagePolicy().text) + [
            HTTPField(name: HTTPField.Name("Referrer-Policy")!, value: "no-referrer"),
            HTTPField(name: HTTPField.Name("Cross-Origin-Resource-Policy")!, value: "same-origin"),
            HTTPField(
                name: HTTPField.Name("Permissions-Policy")!,
                value: "accelerometer=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), "
                    + "magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(self), usb=()"
            ),
        ]

    private static func fields(policy: String) -> [HTTPField] {
        [
            HTTPField(name: .strictTransportSecurity, value: "max-age=63072000; includeSubDomains"),
            HTTPField(name: .xContentTypeOptions, value: "nosniff"),
            HTTPField(name: HTTPField.Name("X-Frame-Options")!, value: "DENY"),
            HTTPField(name: HTTPField.Name("X-XSS-Protection")!, value: "0"),
            HTTPField(name: .contentSecurityPolicy, value: policy),
        ]
    }

    private static let anyOrigin = HTTPField(name: .accessControlAllowOrigin, value: "*")
    private static let exposed = HTTPField(
        name: .accessControlExposeHeaders,
        value: "WWW-Authenticate, \(Challenges.fieldName), Retry-After, X-Request-Id"
    )

    /// Completes the fields of a reply of `route`, or of one that found no route.
    static func add(to fields: inout HTTPFields, requestID id: String, for route: Route?) {
        let isPage = fields.contains { $0.name == .contentType && $0.value.utf8.starts(with: "text/html".utf8) }
        fields.reserveCapacity(fields.count + 12)
        let hasPolicy = fields.contains { $0.name == .contentSecurityPolicy }
        let security = isPage ? pageSecurity : security
        fields.append(contentsOf: hasPolicy ? security.filter { $0.name != .contentSecurityPolicy } : security)
        if let route, route.allowsBrowsers {
            fields.append(anyOrigin)
            if !route.isPublicDocument { fields.append(exposed) }
        }
        fields.append(HTTPField(name: requestID, value: id))
    }
}

extension RouteTable.Methods {
    /// The reply to a preflight (the CORS protocol of the Fetch standard), or to a plain OPTIONS.
    var preflight: Reply {
        var fields: HTTPFields = [.allow: allow]
        if allowsBrowsers {
            fields[.accessControlAllowOrigin] = "*"
            fields[.accessControlAllowMethods] = allow
            fields[.accessControlAllowHeaders] = "Authorization, Content-Type"
            fields[.accessControlMaxAge] = "600"
        }
        return Reply(.noContent, fields: fields)
    }
}
