import CCurl

extension HTTPClient {
    /// The lines of a response as they arrive, without their line ends (LF or CRLF), for a Server-Sent Events stream.
    ///
    /// The stream ends with the response. It throws ``OutboundError``: `status` for any status but 200, `timeout` after
    /// `idleSeconds` without a byte, `tooLarge` for a line over the limit of a body, or when a reader falls 1,024 lines
    /// behind. Dropping the stream or cancelling its reader ends the connection within a second.
    package func lines(
        of url: String,
        headers: [OutboundHeader] = [],
        idleSeconds: Int = 60
    ) -> AsyncThrowingStream<String, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(
            of: String.self,
            bufferingPolicy: .bufferingOldest(1_024)
        )
        let cancellation = Cancellation()
        continuation.onTermination = { _ in cancellation.cancel() }
        // A thread of its own: a stream lasts, and must not hold a place that short exchanges wait for.
        startThread {
            let request = OutboundRequest(.get, url, headers: headers)
            continuation.finish(
                throwing: streamLines(of: request, idleSeconds, cancellation) { line in
                    if case .enqueued = continuation.yield(line) { true } else { false }
                }
            )
        }
        return stream
    }

    /// Blocks until the stream ends, and gives the error that ended it.
    private func streamLines(
        of request: OutboundRequest,
        _ idleSeconds: Int,
        _ cancellation: Cancellation,
        to receive: @escaping (String) -> Bool
    ) -> OutboundError? {
        do { try check(request) } catch { return error }
        guard let transfer = transfer(for: request, cancellation) else { return .noMemory }
        transfer.set(CURLOPT_LOW_SPEED_LIMIT, to: 1)
        transfer.set(CURLOPT_LOW_SPEED_TIME, to: idleSeconds)
        var head = ResponseHead()
        var splitter = LineSplitter(longestLine: limits.bodyBytes)
        var isTooLarge = false
        let code = transfer.perform(
            header: { bytes in head.take(bytes) },
            body: { bytes in
                guard transfer.status == 200 else { return false }
                isTooLarge = !splitter.take(bytes, receive)
                return !isTooLarge
            }
        )
        if cancellation.isCancelled { return OutboundError(kind: .cancelled, reason: "the stream was dropped") }
        if isTooLarge || head.isTooLarge { return .tooLarge }
        if transfer.status != 0, transfer.status != 200 {
            return OutboundError(kind: .status(transfer.status), reason: "the stream was answered \(transfer.status)")
        }
        guard code == CURLE_OK else { return OutboundError(code, of: transfer) }
        return splitter.finish(receive) ? nil : .tooLarge
    }
}
