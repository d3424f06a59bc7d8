import HTTPTypes

/// The cookies of a request (RFC 6265 §5.4).
struct RequestCookies {
    private var values: [String: String] = [:]
    /// Sent more than once: nobody can tell which is the one that was set here.
    private var doubtful: Set<String> = []

    init(_ fields: HTTPFields) {
        for field in fields[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                let name = String(parts[0].drop { $0 == " " })
                if values.updateValue(String(parts[1]), forKey: name) != nil { doubtful.insert(name) }
            }
        }
    }

    /// The value of a cookie, or nil when it is absent, empty or sent more than once.
    subscript(name: String) -> String? {
        guard !doubtful.contains(name), let value = values[name], !value.isEmpty else { return nil }
        return value
    }
}
