import Outbound
import Provider

/// Requests of the server to URLs that clients gave: key sets, metadata documents, logout calls.
enum OutboundCalls {
    /// `https` to public addresses alone, and in development to those that the operator named; no redirects, 5 seconds, 64 KiB.
    /// At most `connections` are under way at one time.
    static func client(_ setting: OutboundSetting, connections: Int = 4) -> HTTPClient {
        HTTPClient(
            policy: policy(setting),
            limits: HTTPClient.Limits(connectSeconds: 5, totalSeconds: 5, bodyBytes: 65_536),
            caFile: setting.caFile,
            connections: connections
        )
    }

    private static func policy(_ setting: OutboundSetting) -> OutboundPolicy {
        .addresses { bytes in
            setting.mayReach(NetworkAddress(bytes: bytes))
        }
    }
}
