import Accounts
import Testing

struct VerificationWatchersTests {
    static let email = EmailAddress("alice@example.org")!

    static func signals(_ stream: AsyncStream<VerificationWatchers.Signal>) async -> [VerificationWatchers.Signal] {
        await stream.reduce(into: []) { $0.append($1) }
    }

    @Test func `every watcher of the address is told, once, and its stream ends`() async {
        let watchers = VerificationWatchers()
        let streams = [watchers.watch(Self.email), watchers.watch(EmailAddress("ALICE@example.org")!)]
        let other = watchers.watch(EmailAddress("bob@example.org")!)
        watchers.announce(Self.email)
        watchers.announce(Self.email)
        for stream in streams { #expect(await Self.signals(stream) == [.verified]) }
        watchers.endAll()
        #expect(await Self.signals(other).isEmpty)
    }

    @Test func `a watcher hears that the line is alive, and a slow one no more than the newest`() async {
        let watchers = VerificationWatchers()
        let stream = watchers.watch(Self.email)
        for _ in 0..<100 { watchers.keepAlive() }
        watchers.announce(Self.email)
        #expect(await Self.signals(stream) == [.keepAlive, .verified])
    }

    @Test func `who stops watching is forgotten`() async {
        let watchers = VerificationWatchers()
        let task = Task { await Self.signals(watchers.watch(Self.email)) }
        task.cancel()
        #expect(await task.value.isEmpty)
        watchers.announce(Self.email)
        let late = watchers.watch(Self.email)
        watchers.endAll()
        #expect(await Self.signals(late).isEmpty)
    }
}
