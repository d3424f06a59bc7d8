import Metrics
import OAuth

/// Counts the tokens of one grant.
struct TokenMetrics: Sendable {
    private let granted: [GrantType: Counter]

    init(_ types: some Sequence<GrantType>) {
        granted = Dictionary(
            uniqueKeysWithValues: types.map {
                ($0, Counter(label: "martlet_tokens_granted_total", dimensions: [("grant_type", $0.description)]))
            }
        )
    }

    func granted(_ type: GrantType) { granted[type]?.increment() }
}

/// Counts failed client authentications by the check that failed.
enum AuthenticationMetrics {
    static func failed(_ check: String) {
        Counter(label: "martlet_client_authentication_failures_total", dimensions: [("check", check)]).increment()
    }
}
