import CCurl

/// Requests to other servers: no redirects, no cookies, no content encodings, no proxy, certificates verified.
package struct HTTPClient: Sendable {
    /// What one exchange may cost.
    package struct Limits: Sendable {
        /// To resolve the name, connect and agree on TLS, in seconds.
        package let connectSeconds: Int
        /// For a whole exchange, in seconds. A stream of lines has no such end.
        package let totalSeconds: Int
        /// The largest body of a response, in bytes.
        package let bodyBytes: Int

        package init(connectSeconds: Int = 5, totalSeconds: Int = 15, bodyBytes: Int = 65_536) {
            self.connectSeconds = connectSeconds
            self.totalSeconds = totalSeconds
            self.bodyBytes = bodyBytes
        }
    }

    let policy: OutboundPolicy
    let limits: Limits
    let caFile: String?
    private let names: [String]
    private let threads: BlockingThreads

    /// - Parameters:
    ///   - caFile: a PEM file of the authorities to trust in place of the system's.
    ///   - connections: the largest number of exchanges under way at one time; further ones wait.
    ///   - names: what names resolve to in place of the system's answer, each as `host:port:address,address`.
    package init(
        policy: OutboundPolicy,
        limits: Limits = Limits(),
        caFile: String? = nil,
        connections: Int = 4,
        names: [String] = []
    ) {
        self.policy = policy
        self.limits = limits
        self.caFile = caFile
        self.names = names
        threads = BlockingThreads(limit: max(1, connections))
    }

    /// Any status is a response. Throws when there is none, or when the policy or the request's form forbids to ask; a
    /// cancelled task gets `cancelled` within a second.
    package func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        try check(request)
        return try await threads.value { exchange(request, $0) }.get()
    }

    private func exchange(
        _ request: OutboundRequest,
        _ cancellation: Cancellation
    ) -> Result<OutboundResponse, OutboundError> {
        guard let transfer = transfer(for: request, cancellation) else { return .failure(.noMemory) }
        transfer.set(CURLOPT_TIMEOUT, to: limits.totalSeconds)
        var head = ResponseHead()
        var body: [UInt8] = []
        var isTooLarge = false
        let code = transfer.perform(
            header: { bytes in head.take(bytes) },
            body: { bytes in
                isTooLarge = body.count + bytes.count > limits.bodyBytes
                if !isTooLarge { body += bytes }
                return !isTooLarge
            }
        )
        if isTooLarge || head.isTooLarge { return .failure(.tooLarge) }
        guard code == CURLE_OK else { return .failure(OutboundError(code, of: transfer)) }
        return .success(OutboundResponse(status: transfer.status, headers: head.headers, body: body))
    }

    func check(_ request: OutboundRequest) throws(OutboundError) {
        guard request.url.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
            throw OutboundError(kind: .invalidRequest, reason: "the URL holds a blank or a non-ASCII character")
        }
        guard request.headers.allSatisfy(\.isWellFormed) else {
            throw OutboundError(kind: .invalidRequest, reason: "a header's name or value is malformed")
        }
        guard policy.allows(request.url) else {
            throw OutboundError(kind: .refusedByPolicy, reason: "this URL is not one that may be fetched")
        }
    }

    func transfer(for request: OutboundRequest, _ cancellation: Cancellation) -> Transfer? {
        guard let transfer = Transfer(url: request.url, schemes: policy.schemes, cancellation: cancellation) else {
            return nil
        }
        transfer.set(CURLOPT_FOLLOWLOCATION, to: 0)
        transfer.set(CURLOPT_DISALLOW_USERNAME_IN_URL, to: 1)
        transfer.set(CURLOPT_CONNECTTIMEOUT, to: limits.connectSeconds)
        if case .addresses(let mayReach) = policy { transfer.connect(onlyTo: mayReach) }
        if let caFile { transfer.set(CURLOPT_CAINFO, to: caFile) }
        if !names.isEmpty { transfer.set(CURLOPT_RESOLVE, to: names) }
        if request.method == .post { transfer.post(request.body) }
        // An empty value takes a header of libcurl's own away; a caller's own value stands.
        let own = ["Expect:", "Accept-Encoding: identity"]
        transfer.set(CURLOPT_HTTPHEADER, to: own + request.headers.map(\.line))
        return transfer
    }
}

extension OutboundHeader {
    fileprivate var isWellFormed: Bool {
        !name.isEmpty && name.utf8.allSatisfy { isASCIIAlphanumeric($0) || "-_".utf8.contains($0) }
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    /// libcurl's spelling: a semicolon for a header that is sent without a value.
    fileprivate var line: String { value.isEmpty ? "\(name);" : "\(name): \(value)" }
}
