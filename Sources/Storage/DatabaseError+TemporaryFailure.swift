import Provider

extension DatabaseError: TemporaryFailure {
    package var isTemporary: Bool {
        switch self {
        case .unavailable, .overloaded: true
        default: false
        }
    }
}
