import OAuth

/// Where a Redis is and how it is entered: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`.
package struct RedisAddress: Sendable, Equatable {
    package let host: String
    package let port: Int
    /// nil for the default user.
    package let user: String?
    package let password: String?
    package let database: Int

    /// Why a text is no such address; says nothing of what it holds, which may be a password.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    package init(_ url: String) throws(Problem) {
        if url.hasPrefix("rediss://") {
            throw Problem(
                description: "rediss:// is not supported: reach Redis over a network of your own, or a tunnel"
            )
        }
        guard url.hasPrefix("redis://") else { throw Problem(description: "it does not begin with redis://") }
        var rest = url.dropFirst("redis://".count)
        (user, password) = try Self.credentials(&rest)
        if let slash = rest.firstIndex(of: "/") {
            let name = rest[rest.index(after: slash)...]
            guard name.isEmpty || Self.number(name, upTo: 65_535) != nil else {
                throw Problem(description: "what follows the slash is no number of a database")
            }
            database = Self.number(name, upTo: 65_535) ?? 0
            rest = rest[..<slash]
        } else {
            database = 0
        }
        var digits: Substring?
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw Problem(description: "its host is none") }
            digits = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = String(parts[0])
            digits = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x23 && $0 != 0x3F }) else {
            throw Problem(description: "it has no host, or more than an address has")
        }
        guard let port = digits.map({ Self.number($0, upTo: 65_535) }) ?? 6379, port > 0 else {
            throw Problem(description: "its port is no number from 1 to 65535")
        }
        self.port = port
    }

    /// Takes the user and the password off the front; either may have `%` escapes.
    private static func credentials(_ rest: inout Substring) throws(Problem) -> (String?, String?) {
        guard let at = rest.lastIndex(of: "@") else { return (nil, nil) }
        let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        rest = rest[rest.index(after: at)...]
        guard parts.count == 2, let user = PercentEncoding.decode(parts[0]),
            let password = PercentEncoding.decode(parts[1])
        else {
            throw Problem(description: "what stands before the @ is not [USER]:PASSWORD")
        }
        return (user.isEmpty ? nil : user, password)
    }

    private static func number(_ text: Substring, upTo limit: Int) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), number <= limit else {
            return nil
        }
        return number
    }
}
