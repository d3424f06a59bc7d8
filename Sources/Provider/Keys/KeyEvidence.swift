package import JOSE

/// Somebody who fetches the JWKS: a resource server, a client, a cache in front of many.
package struct KeySetFetcher: Sendable, Hashable {
    /// The address of the client, without a port.
    package let address: String
    /// The beginning of its `User-Agent`; empty when it says none.
    package let agent: String
    package let lastFetch: Timestamp

    /// Whether the last fetch brought a key that was published at this moment. One of the same millisecond may have come before.
    package func hasSeen(keyPublishedAt published: Timestamp) -> Bool { lastFetch > published }
}

/// What a server knows about the spread of its keys, for itself after a restart and for the commands beside it.
package struct KeyEvidence: Sendable {
    /// The times that the server works with.
    package let rotation: KeyRotation
    /// Since when the server publishes a key, by `kid`.
    package let published: [String: Timestamp]
    /// Who fetched the JWKS, the latest first.
    package let fetchers: [KeySetFetcher]

    package init(rotation: KeyRotation, published: [String: Timestamp], fetchers: [KeySetFetcher]) {
        self.rotation = rotation
        self.published = published
        self.fetchers = fetchers.sorted { $0.lastFetch > $1.lastFetch }
    }

    /// What `json` says. Throws for another form.
    package init(_ json: JSONObject) throws {
        let times = json["rotation"]?.objectValue ?? [:]
        guard let lead = try times.integer("lead"), let deadline = try times.integer("deadline"),
            let overlap = try times.integer("overlap"), let published = try json.object("published"),
            let fetchers = try json.array("fetchers")
        else {
            throw JOSEError(.key, FailedCheck("key evidence", expected: "its members", seen: "others"))
        }
        self.init(
            rotation: KeyRotation(lead: lead, deadline: deadline, overlap: overlap),
            published: Dictionary(
                published.members.compactMap { member in Self.moment(member.value).map { (member.name, $0) } },
                uniquingKeysWith: min
            ),
            fetchers: fetchers.compactMap { Self.fetcher($0.objectValue) }
        )
    }

    private static func moment(_ json: JSON?) -> Timestamp? {
        json?.integerValue.map(Timestamp.init(milliseconds:))
    }

    private static func fetcher(_ json: JSONObject?) -> KeySetFetcher? {
        guard let json, let address = json["address"]?.stringValue, let agent = json["agent"]?.stringValue,
            let last = moment(json["last"])
        else { return nil }
        return KeySetFetcher(address: address, agent: agent, lastFetch: last)
    }

    /// Moments are Unix milliseconds, times are seconds.
    package var json: JSONObject {
        var moments = JSONObject()
        for (kid, time) in published.sorted(by: { $0.key < $1.key }) { moments[kid] = .integer(time.milliseconds) }
        return [
            "rotation": [
                "lead": .integer(rotation.lead), "deadline": .integer(rotation.deadline),
                "overlap": .integer(rotation.overlap),
            ],
            "published": .object(moments),
            "fetchers": .array(
                fetchers.map { fetcher in
                    [
                        "address": .string(fetcher.address), "agent": .string(fetcher.agent),
                        "last": .integer(fetcher.lastFetch.milliseconds),
                    ]
                }
            ),
        ]
    }
}
