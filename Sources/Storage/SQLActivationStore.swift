package import Accounts
import JOSE

/// Accounts that wait for their activation.
package struct SQLActivationStore: ActivationStore {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Throws `DatabaseError`, as every function here.
    package func refusal(of request: ActivationRequest) throws -> ActivationRefusal? {
        try database.read { try $0.refusal(of: request) }
    }

    /// One write. Throws `.constraint` also when the id of the account was ever given before.
    package func register(_ request: ActivationRequest, password record: String) async throws -> ActivationRefusal? {
        try await database.write { connection in
            let (account, token) = (request.account, request.token)
            if let refusal = try connection.refusal(of: request) {
                if refusal == .emailTaken, let warning = request.warning {
                    try connection.file(token.ofNobody, mail: warning)
                    try connection.insertRegistration(of: account, .signUp, from: token.askedFrom)
                }
                return refusal
            }
            try connection.insert(account)
            try connection.insert(password: record, of: account.id, at: account.createdAt)
            try connection.file(token, mail: request.mail)
            try connection.insertRegistration(of: account, .signUp, from: token.askedFrom)
            return nil
        }
    }
}

extension Connection {
    /// The limits first, so that who asks too often learns nothing of what is taken.
    fileprivate func refusal(of request: ActivationRequest) throws -> ActivationRefusal? {
        let (token, now) = (request.token, request.token.createdAt)
        let start = now - SQLRegistrationStore.eventLifetime
        if let limit = request.limit {
            let oldest = try oldestRegistration(.signUp, beyond: limit, from: token.askedFrom, at: now)
            if let oldest { return .limited(oldest: oldest) }
        }
        if let mails = request.mails {
            switch try limit(token, mails, since: start) {
            case .addressLimited(let oldest), .askerLimited(let oldest): return .limited(oldest: oldest)
            case .filed, nil: break
            }
        }
        switch try taken(by: request.account) {
        case .usernameTaken: return .usernameTaken
        case .emailTaken: return .emailTaken
        case .keyTaken, .inserted, nil: return nil
        }
    }
}
