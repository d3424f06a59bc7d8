import Provider
import Synchronization

/// Counts the open connections of each peer, so that one alone cannot take them all.
final class ConnectionCensus: Sendable {
    private let limit: Int
    /// Many clients come through one proxy.
    private let exempt: TrustedProxies
    private let open = Mutex<[String: Int]>([:])

    /// `limit` is the most connections of one IPv4 address, or of one IPv6 network of 64 bits.
    init(limit: Int, exempt: TrustedProxies) {
        self.limit = limit
        self.exempt = exempt
    }

    /// A connection that is counted until it is left.
    struct Entry: Sendable {
        fileprivate let network: String
    }

    /// What became of a new connection.
    enum Admission: Sendable {
        case counted(Entry)
        /// A proxy, or a peer without an address.
        case exempt
        /// The peer has too many.
        case refused
    }

    /// Counts a connection of the peer with this address.
    func enter(_ peer: String?) -> Admission {
        guard let peer, let address = NetworkAddress(peer), !exempt.contains(address) else { return .exempt }
        let network = address.network
        let isAdmitted = open.withLock { open in
            let count = open[network, default: 0]
            guard count < limit else { return false }
            open[network] = count + 1
            return true
        }
        return isAdmitted ? .counted(Entry(network: network)) : .refused
    }

    /// Counts it no longer.
    func leave(_ entry: Entry) {
        open.withLock { open in
            let count = open[entry.network, default: 1] - 1
            open[entry.network] = count > 0 ? count : nil
        }
    }

    /// How many peers have connections.
    var peers: Int { open.withLock(\.count) }
}
