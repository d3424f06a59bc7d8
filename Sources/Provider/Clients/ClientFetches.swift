import OAuth
import Synchronization

/// What lies at addresses that clients registered, fetched when somebody needs it. What a client's host does costs that client alone: it
/// is asked for two documents at a time, and whoever wants the same one waits for the same answer.
final class ClientFetches: Sendable {
    typealias Outcome = Result<[UInt8], RemoteDocumentError>

    /// For each client, the most addresses that are asked at a time.
    static let limit = 2

    private let documents: any RemoteDocuments
    private let underWay = Mutex<[Client.ID: [WebAddress: Task<Outcome, Never>]]>([:])

    init(_ documents: any RemoteDocuments) {
        self.documents = documents
    }

    /// What lies at `url`, an address that `client` registered; nil while its host keeps too many waiting.
    func outcome(_ url: WebAddress, of client: Client.ID) async -> Outcome? {
        let task = underWay.withLock { underWay -> Task<Outcome, Never>? in
            var own = underWay[client] ?? [:]
            if let task = own[url] { return task }
            guard own.count < Self.limit else { return nil }
            let task = Task { await self.fetch(url, of: client) }
            own[url] = task
            underWay[client] = own
            return task
        }
        return await task?.value
    }

    private func fetch(_ url: WebAddress, of client: Client.ID) async -> Outcome {
        let outcome: Outcome
        do throws(RemoteDocumentError) {
            outcome = .success(try await documents.get(url))
        } catch {
            outcome = .failure(error)
        }
        underWay.withLock { underWay in
            underWay[client]?[url] = nil
            if underWay[client]?.isEmpty == true { underWay[client] = nil }
        }
        return outcome
    }
}
