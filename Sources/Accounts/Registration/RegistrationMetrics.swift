import Metrics

/// Counts the steps of registration, so that the rate of those who finish can be told.
enum RegistrationMetrics {
    static func asked() { Counter(label: "martlet_verifications_asked_total").increment() }
    static func verified() { Counter(label: "martlet_verifications_done_total").increment() }
    static func registered() { Counter(label: "martlet_registrations_total").increment() }
}
