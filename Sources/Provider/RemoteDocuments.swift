package import OAuth

/// Documents that clients keep at addresses of theirs: key sets, lists of redirect URIs.
package protocol RemoteDocuments: Sendable {
    /// What lies at `url`: by https only, from an address that may be reached, no redirects, at most 64 KiB within 5 seconds, status 200.
    /// Throws `RemoteDocumentError`.
    func document(at url: WebAddress) async throws(RemoteDocumentError) -> RemoteDocument

    /// Whether an address may be connected to: one of the public internet or, in development, one that the operator named.
    func mayReach(_ address: NetworkAddress) -> Bool
}

/// A document, and for how long it may be used without asking again.
package struct RemoteDocument: Sendable {
    package let body: [UInt8]
    /// Seconds (RFC 9111 §5.2.2), 0 for one that is not to be kept; nil where its host says nothing.
    package let freshness: Int64?

    package init(_ body: [UInt8], cacheControl: String? = nil) {
        self.body = body
        let directives = (cacheControl ?? "").lowercased().split(separator: ",").map {
            $0.filter { $0 != " " && $0 != "\t" }
        }
        if directives.contains("no-store") || directives.contains("no-cache") {
            freshness = 0
        } else {
            freshness = directives.lazy.compactMap { directive in
                directive.hasPrefix("max-age=")
                    ? Int64(directive.dropFirst("max-age=".count).filter { $0 != "\"" }) : nil
            }.first.map { max(0, $0) }
        }
    }
}

/// Why there is no document; for the log, never for who asked.
package struct RemoteDocumentError: Error, Sendable {
    package let reason: String
    /// Whether the host answered, and said that there is none.
    package let isAnswer: Bool

    package init(_ reason: String, isAnswer: Bool = false) {
        (self.reason, self.isAnswer) = (reason, isAnswer)
    }
}

extension RemoteDocuments {
    /// The body of what lies at `url`.
    package func get(_ url: WebAddress) async throws(RemoteDocumentError) -> [UInt8] {
        try await document(at: url).body
    }

    /// Whether the host of `url` may be one that is reached, as far as its text tells: what a name leads to is seen when it is
    /// connected to.
    package func mayReach(_ url: WebAddress) -> Bool {
        var host = url.host.lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.hasSuffix(".") { host.removeLast() }
        if let address = NetworkAddress(host) { return mayReach(address) }
        if host == "localhost" || host.hasSuffix(".localhost") {
            return mayReach(NetworkAddress(bytes: [127, 0, 0, 1]))
        }
        guard let last = host.split(separator: ".").last, !host.contains("%"), !host.contains(":") else { return false }
        // What else ends in a number is another way to write an IPv4 address (WHATWG URL §3.5), or no name at all.
        return !last.hasPrefix("0x") && !last.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
