import Foundation
import Logging
import Testing

@testable import martlet

/// A pipe whose reading end is read on demand.
private struct LogPipe {
    let pipe = Pipe()

    var descriptor: CInt { pipe.fileHandleForWriting.fileDescriptor }

    /// Every line written until now; the writing end is closed.
    func lines() throws -> [String] {
        try pipe.fileHandleForWriting.close()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The same while lines are still being written, on a thread that may block.
    func linesToTheEnd() async throws -> [String] {
        let data = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "log reader").async {
                continuation.resume(with: Result { try pipe.fileHandleForReading.readToEnd() ?? Data() })
            }
        }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

struct LogWriterTests {
    private func logger(_ writer: LogWriter, level: Logger.Level = .info) -> Logger {
        Logger(label: "test") { label in
            ConsoleLogHandler(label: label, level: level, writer: writer) { (1_795_266_000, 7) }
        }
    }

    @Test func `a line carries the metadata of the logger, the provider and the event`() throws {
        let pipe = LogPipe()
        let writer = LogWriter(to: pipe.descriptor, format: .text)
        var logger = Logger(
            label: "test",
            factory: { label in
                var handler = ConsoleLogHandler(label: label, level: .info, writer: writer) { (1_795_266_000, 7) }
                handler.metadataProvider = Logger.MetadataProvider { ["request_id": "r1", "who": "provider"] }
                return handler
            }
        )
        logger[metadataKey: "who"] = "logger"
        logger[metadataKey: "node"] = "n1"
        logger.info("hello", metadata: ["path": "/token"])
        logger.debug("not wanted")
        #expect(writer.flush())
        #expect(
            try pipe.lines() == [
                "2026-11-21T13:00:00.007Z info test: hello node=n1 path=/token request_id=r1 who=provider"
            ]
        )
    }

    @Test func `lines of many threads arrive whole and each thread's in order`() async throws {
        let pipe = LogPipe()
        let writer = LogWriter(to: pipe.descriptor, format: .text)
        let logger = logger(writer)
        async let reading = pipe.linesToTheEnd()
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask { for index in 0..<500 { logger.info("\(task) \(index)") } }
            }
        }
        #expect(writer.flush(within: 10))
        try pipe.pipe.fileHandleForWriting.close()
        let messages = try await reading.map { $0.split(separator: ": ")[1].split(separator: " ") }
        #expect(messages.count == 4_000)
        for task in 0..<8 {
            #expect(messages.filter { $0[0] == "\(task)" }.map { Int($0[1]) } == Array(0..<500))
        }
    }

    @Test func `what does not fit is dropped, counted and told, and the caller never waits`() throws {
        let pipe = LogPipe()
        let writer = LogWriter(to: pipe.descriptor, format: .text, capacity: 10)
        let logger = logger(writer)
        let filler = String(repeating: "x", count: 900)
        var logged = 0
        func log(_ count: Int) {
            for _ in 0..<count { logger.info("\(filler)") }
            logged += count
        }
        // A pipe that nobody reads takes 64 KiB and then blocks the writer.
        repeat { log(10) } while writer.flush(within: 1) && logged < 1_000
        #expect(logged < 1_000)
        log(2_000)
        let lines = try readToLast(of: pipe, writer)
        let kept = lines.count { $0.contains("xxx") }
        let dropped = lines.compactMap { $0.split(separator: "dropped=").last.flatMap { Int($0) } }.reduce(0, +)
        #expect(kept >= 60 && dropped >= 1_980)
        #expect(kept + dropped == logged)
    }

    @Test func `a descriptor that is closed loses lines and nothing else`() {
        let writer = LogWriter(to: -1, format: .json)
        logger(writer).info("lost")
        #expect(writer.flush())
    }

    @Test func `a pipe whose reader went away loses lines and nothing else`() throws {
        let pipe = LogPipe()
        let writer = LogWriter(to: pipe.descriptor, format: .json)
        try pipe.pipe.fileHandleForReading.close()
        logger(writer).info("lost")
        #expect(writer.flush())
    }

    @Test func `a huge value waits in the queue in its bounded form`() throws {
        let pipe = LogPipe()
        let writer = LogWriter(to: pipe.descriptor, format: .text)
        let huge = String(repeating: "y", count: 1_000_000)
        logger(writer).info("\(huge)", metadata: ["a": .string(huge), "b": [.string(huge)]])
        #expect(writer.flush())
        let line = try #require(try pipe.lines().first)
        #expect(line.utf8.count < 4_000)
        #expect(line.contains("y… a=y"))
    }

    /// Reads until the writer has written everything and the pipe is closed.
    private func readToLast(of pipe: LogPipe, _ writer: LogWriter) throws -> [String] {
        let closing = DispatchQueue(label: "closing")
        closing.async {
            writer.flush(within: 30)
            try? pipe.pipe.fileHandleForWriting.close()
        }
        let data = try pipe.pipe.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
