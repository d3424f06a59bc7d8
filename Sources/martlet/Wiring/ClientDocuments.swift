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

    func get(_ url: WebAddress) async throws(RemoteDocumentError) -> [UInt8] {
        let response: OutboundResponse
        do {
            response = try await client.send(OutboundRequest(.get, url.description))
        } catch {
            throw RemoteDocumentError(error.reason)
        }
        guard response.status == 200 else { throw RemoteDocumentError("status \(response.status)") }
        return response.body
    }

    func mayReach(_ address: NetworkAddress) -> Bool { setting.mayReach(address) }
}
