import OAuth
import Outbound
import Provider

/// What clients keep at addresses of theirs, fetched by the one way out.
struct ClientDocuments: RemoteDocuments {
    private let client: HTTPClient
    private let setting: OutboundSetting

    /// So many hosts must hang before another waits for its turn.
    private static let connections = 16

    init(_ setting: OutboundSetting) {
        self.setting = setting
        client = OutboundCalls.client(setting, connections: Self.connections)
    }

    func document(at url: WebAddress) async throws(RemoteDocumentError) -> RemoteDocument {
        let response: OutboundResponse
        do {
            response = try await client.send(OutboundRequest(.get, url.description))
        } catch {
            throw RemoteDocumentError(error.reason)
        }
        guard response.status == 200 else {
            // Any other may pass.
            throw RemoteDocumentError("status \(response.status)", isAnswer: [404, 410].contains(response.status))
        }
        return RemoteDocument(response.body, cacheControl: response.header("Cache-Control"))
    }

    func mayReach(_ address: NetworkAddress) -> Bool { setting.mayReach(address) }
}
