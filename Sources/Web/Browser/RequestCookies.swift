import HTTPTypes

/// The cookies of a request (RFC 6265 §5.4). A request asks for few of them, so none is taken out before.
struct RequestCookies {
    private let fields: HTTPFields

    init(_ fields: HTTPFields) {
        self.fields = fields
    }

    /// The value of a cookie, or nil when it is absent, empty or sent more than once: nobody can tell then which one was set here.
    subscript(name: String) -> String? {
        var found: Substring.UTF8View?
        for field in fields[values: .cookie] {
            for pair in field.utf8.split(separator: UInt8(ascii: ";")) {
                let pair = pair.drop { $0 == UInt8(ascii: " ") }
                let rest = pair.dropFirst(name.utf8.count)
                guard rest.first == UInt8(ascii: "="), pair.starts(with: name.utf8) else { continue }
                guard found == nil else { return nil }
                found = rest.dropFirst()
            }
        }
        guard let found, !found.isEmpty else { return nil }
        return String(Substring(found))
    }
}
