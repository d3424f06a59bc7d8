import NIOCore
import NIOHTTP2

/// What a peer may do over HTTP/2: explicit, never the defaults of the library.
enum HTTP2Limits {
    /// The most header fields of a request, as over HTTP/1.1.
    static let fields = 64

    /// 100 streams at a time, 16 KiB of head in at most 5 pieces, and within 30 s 200 streams that are begun and taken back (CVE-2023-44487)
    /// or are in error, and 200 frames that only cost work.
    static var configuration: NIOHTTP2Handler.Configuration {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 100),
            HTTP2Setting(parameter: .maxHeaderListSize, value: 16 << 10),
        ]
        connection.maximumSequentialEmptyDataFrames = 1
        connection.maximumBufferedControlFrames = 200
        connection.maximumSequentialContinuationFrames = 5
        connection.maximumRecentlyResetStreams = 32
        connection.maximumConnectionGlitches = 100
        connection.targetWindowSize = 65_535
        connection.controlFrameRateLimit.maximumCount = 200
        connection.controlFrameRateLimit.windowLength = .seconds(30)
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = 65_535
        stream.outboundBufferSizeHighWatermark = 16 << 10
        stream.outboundBufferSizeLowWatermark = 4 << 10
        stream.streamResetFrameRateLimit.maximumCount = 200
        stream.streamResetFrameRateLimit.windowLength = .seconds(30)
        stream.streamErrorRateLimit.maximumCount = 200
        stream.streamErrorRateLimit.windowLength = .seconds(30)
        return NIOHTTP2Handler.Configuration(connection: connection, stream: stream)
    }
}
