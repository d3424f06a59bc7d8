import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// The connection that a request came on.
package struct PeerConnection: Sendable {
    private let channel: any Channel

    init(_ channel: any Channel) {
        self.channel = channel
    }

    /// The address of the peer, without its port; empty when it has none.
    var address: String { channel.remoteAddress?.ipAddress ?? "" }

    /// Tells a peer that waits for it to send the body (RFC 9110 §10.1.1).
    func sendContinue() async {
        // A peer that is gone is noticed when the body does not come.
        try? await channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
    }

    /// Calls `action` once: when the connection is closed, or after `limit` at the latest. Cancel what it returns to forget
    /// the latter.
    func whenClosed(orAfter limit: TimeAmount, _ action: @escaping @Sendable () -> Void) -> Scheduled<Void> {
        channel.closeFuture.whenComplete { _ in action() }
        return channel.eventLoop.scheduleTask(in: limit, action)
    }
}

extension HTTPRequest {
    /// Whether the peer waits for `100 Continue` before it sends the body.
    var expectsContinue: Bool {
        // Looked through, not looked up: a look-up would first index all fields.
        headerFields.contains { $0.name == .expect && $0.value.lowercased() == "100-continue" }
    }
}
