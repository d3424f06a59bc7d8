import JOSE
import Synchronization
import TestSupport
import Testing

@testable import Accounts

/// A carrier that does what the test says, and keeps what it was given.
final class FakeCarrier: MailCarrier {
    private let answer: Mutex<MailFailure?>
    private let carried = Mutex<[Mail]>([])

    init(_ answer: MailFailure? = nil) { self.answer = Mutex(answer) }

    var mails: [Mail] { carried.withLock { $0 } }

    func answerNow(_ failure: MailFailure?) { answer.withLock { $0 = failure } }

    func carry(_ mail: Mail) async throws {
        carried.withLock { $0.append(mail) }
        if let failure = answer.withLock({ $0 }) { throw failure }
    }
}

struct MailDispatcherTests {
    static let later = MailFailure(isPermanent: false, reason: "451 try again")

    static func dispatcher(_ provider: TestProvider, _ carrier: FakeCarrier) -> MailDispatcher {
        MailDispatcher(
            queue: provider.mails,
            carrier: carrier,
            logger: provider.logger,
            now: provider.clock.now
        )
    }

    static func ask(_ provider: TestProvider, _ count: Int = 1) async throws {
        for number in 0..<count {
            _ = try await provider.registration.ask(EmailAddress("user\(number)@example.org")!, from: "a")
        }
    }

    @Test func `a mail is delivered once`() async throws {
        let provider = try await TestProvider()
        let carrier = FakeCarrier()
        try await Self.ask(provider)
        #expect(try await Self.dispatcher(provider, carrier).deliverDue() == 1)
        #expect(try await Self.dispatcher(provider, carrier).deliverDue() == 0)
        #expect(carrier.mails.map(\.recipient.description) == ["user0@example.org"])
    }

    @Test func `all that is due is delivered, a few at a time`() async throws {
        let provider = try await TestProvider()
        let carrier = FakeCarrier()
        try await Self.ask(provider, 10)
        let dispatcher = Self.dispatcher(provider, carrier)
        var rounds = 0
        while try await dispatcher.deliverDue() > 0 { rounds += 1 }
        #expect(rounds > 1)
        #expect(Set(carrier.mails.map(\.id)).count == 10)
        #expect(carrier.mails.count == 10)
    }

    @Test func `a mail that was not taken waits longer each time, and is given up in the end`() async throws {
        let provider = try await TestProvider()
        let carrier = FakeCarrier(Self.later)
        try await Self.ask(provider)
        let dispatcher = Self.dispatcher(provider, carrier)
        var (waits, attempts): ([Int64], Int) = ([], 0)
        while try await dispatcher.deliverDue() == 1 {
            attempts += 1
            let wait = MailDispatcher.wait(after: attempts)
            provider.clock.advance(by: wait - 1)
            #expect(try await dispatcher.deliverDue() == 0)
            provider.clock.advance(by: 1)
            waits.append(wait)
        }
        #expect(Array(waits.prefix(5)) == [10, 20, 40, 80, 160])
        #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
        // About a day, in which the link of the mail is alive.
        #expect((72_000...108_000).contains(waits.dropLast().reduce(0, +)))
        carrier.answerNow(nil)
        provider.clock.advance(by: 1_000_000)
        #expect(try await dispatcher.deliverDue() == 0)
    }

    @Test func `a mail that was refused for good is tried once`() async throws {
        let provider = try await TestProvider()
        let carrier = FakeCarrier(MailFailure(isPermanent: true, reason: "550 no such user"))
        try await Self.ask(provider)
        #expect(try await Self.dispatcher(provider, carrier).deliverDue() == 1)
        provider.clock.advance(by: 1_000_000)
        #expect(try await Self.dispatcher(provider, carrier).deliverDue() == 0)
        #expect(carrier.mails.count == 1)
    }

    @Test func `the queue and its attempts outlive the process`() async throws {
        let provider = try await TestProvider()
        let carrier = FakeCarrier(Self.later)
        try await Self.ask(provider)
        for wait: Int64 in [10, 20] {
            #expect(try await Self.dispatcher(provider, carrier).deliverDue() == 1)
            provider.clock.advance(by: wait)
        }
        let again = try await provider.restarted(after: 0)
        let due = try await again.mails.due(at: again.clock.now(), limit: 10)
        #expect(due.map(\.attempts) == [2])
        carrier.answerNow(nil)
        #expect(try await Self.dispatcher(again, carrier).deliverDue() == 1)
        #expect(try await again.mails.due(at: again.clock.now(), limit: 10).isEmpty)
    }
}
