import Outbound
import Synchronization
import Testing

private final class Tally: Sendable {
    let count = Atomic(0)
}

struct SMTPCarrierTests {
    @Test func `a message arrives with its envelope and headers`() async throws {
        let server = try SMTPFixture("plain")
        try await server.carrier().send(.sample())
        let received = try server.received()
        let message = try #require(received.first)
        #expect(received.count == 1)
        #expect(message.sender == "noreply@martlet.example" && message.recipients == ["ana@example.org"])
        #expect(message.header("From") == ["Martlet <noreply@martlet.example>"])
        #expect(message.header("To") == ["ana@example.org"] || message.header("To") == ["<ana@example.org>"])
        #expect(message.header("Subject") == ["Hello"])
        #expect(message.header("Date") == ["Sat, 21 Nov 2026 13:00:00 +0000"])
        #expect(message.header("Message-ID") == ["<01JD5Z7V@martlet.example>"])
        #expect(message.header("Content-Transfer-Encoding") == ["7bit"])
        #expect(message.raw.hasSuffix("\r\n\r\nWelcome.\r\n"))
        #expect(!message.encrypted)
    }

    private static let bodies = [
        "one line without an end", "a\nb\r\nc\rd\n", ".\n..\n.hidden\nend\n.\n", "Grüße, 燕 🐦\n",
        "trailing blank \nä \t\n",
        "https://martlet.example/verify?token=abc=&x=1\n", String(repeating: "long ", count: 400) + "\n",
        String(repeating: "ü", count: 900) + "\n", "bell \u{7} and NUL \0 end\n", "From here\n\n\nTo: there\n",
    ]

    @Test func `bodies arrive as they were written`() async throws {
        let server = try SMTPFixture("plain")
        for body in Self.bodies { try await server.carrier().send(.sample(body: body)) }
        let received = try server.received()
        #expect(received.count == Self.bodies.count)
        for (message, body) in zip(received, Self.bodies) {
            #expect(lines(of: message.body) == lines(of: body))
            #expect(message.raw.utf8.allSatisfy { $0 < 0x80 })
            #expect(message.raw.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 998 })
        }
    }

    /// Lines without their ends, and without the empty one after the last end.
    private func lines(of text: String) -> [String] {
        let ends = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        return (ends.hasSuffix("\n") ? String(ends.dropLast()) : ends).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        .map(String.init)
    }

    private static let subjects = [
        "Verify your address", "Grüße aus 燕 🐦", "=?utf-8?Q?forged?=", " blank at both ends ",
        String(repeating: "ß🐦", count: 80), String(repeating: "long words ", count: 40) + "end", "",
    ]

    @Test func `subjects arrive as they were written`() async throws {
        let server = try SMTPFixture("plain")
        for subject in Self.subjects { try await server.carrier().send(.sample(subject: subject)) }
        let received = try server.received()
        #expect(received.map { $0.header("Subject") } == Self.subjects.map { [$0] })
        for message in received {
            let head = try #require(message.raw.split(separator: "\r\n\r\n").first)
            #expect(head.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
        }
    }

    private static let hostileMessages = [
        OutgoingMessage.sample(recipient: "ana@example.org\r\nRCPT TO:<eve@example.org>"),
        .sample(recipient: "ana@example.org>\nBcc: eve@example.org"), .sample(recipient: "a@b,eve@example.org"),
        .sample(recipient: "a b@example.org"), .sample(recipient: "<a@b>"), .sample(recipient: "no address"),
        .sample(recipient: "a@b@c"), .sample(recipient: "@b"), .sample(recipient: "a@"),
        .sample(recipient: "ä@b.example"),
        .sample(recipient: "a\0@b.example"), .sample(subject: "x\r\nBcc: eve@example.org"), .sample(subject: "x\ny"),
        .sample(subject: "x\ry"), .sample(subject: "x\u{85}y"), .sample(subject: "x\u{2028}y"),
        .sample(subject: "x\0y"),
        .sample(subject: String(repeating: "x", count: 501)), .sample(messageID: "a\r\nBcc: eve@example.org"),
        .sample(messageID: "a>b"), .sample(messageID: ""), .sample(date: "now\r\nBcc: eve@example.org"),
        .sample(date: ""),
    ]

    @Test func `text that could add a header or a reader is refused`() async throws {
        let server = try SMTPFixture("plain")
        let carrier = try server.carrier()
        for message in Self.hostileMessages {
            let error = await failure { () throws(DeliveryError) in try await carrier.send(message) }
            #expect(error?.kind == .permanent && error?.code == nil, "\(message)")
        }
        try await carrier.send(.sample(subject: "control"))
        #expect(try server.received().map { $0.header("Subject") } == [["control"]])
    }

    @Test(arguments: ["Grüße\r\nBcc: eve@example.org", "x\0y"])
    func `a sender's name with a line end is refused`(name: String) async throws {
        let folder = FolderCarrier(folder: "/nowhere", sender: "a@b.example", senderName: name)
        let error = await failure { () throws(DeliveryError) in try await folder.send(.sample()) }
        #expect(error?.kind == .permanent)
    }

    @Test(arguments: [
        ("rcpt-550", DeliveryError(.permanent, code: 550, reason: "550 no such reader here")),
        ("rcpt-451", DeliveryError(.transient, code: 451, reason: "451 no such reader here")),
        ("mail-552", DeliveryError(.permanent, code: 552, reason: "552 no such writer here")),
        ("mail-452", DeliveryError(.transient, code: 452, reason: "452 no such writer here")),
        ("data-554", DeliveryError(.permanent, code: 554, reason: "554 the text is not wanted")),
        ("data-452", DeliveryError(.transient, code: 452, reason: "452 the text is not wanted")),
    ])
    func `a refusal says whether another attempt may help`(mode: String, expected: DeliveryError) async throws {
        let server = try SMTPFixture(mode)
        let carrier = try server.carrier()
        #expect(await failure { () throws(DeliveryError) in try await carrier.send(.sample()) } == expected)
        #expect(try server.received().isEmpty)
    }

    @Test(arguments: ["greet-421", "greet-554", "hang"])
    func `a server that does not serve is tried again later`(mode: String) async throws {
        let server = try SMTPFixture(mode)
        let carrier = try server.carrier(timeoutSeconds: 1)
        let error = await failure { () throws(DeliveryError) in try await carrier.send(.sample()) }
        #expect(error?.kind == .transient && error?.reason.isEmpty == false)
    }

    @Test func `a closed port is tried again later`() async throws {
        let server = try SMTPFixture("plain")
        _ = try server.received()
        let carrier = try server.carrier()
        let error = await failure { () throws(DeliveryError) in try await carrier.send(.sample()) }
        #expect(error?.kind == .transient && error?.reason.contains("connect") == true)
    }

    @Test func `a cancelled task does not wait for a server that hangs`() async throws {
        let server = try SMTPFixture("hang")
        let carrier = try server.carrier(timeoutSeconds: 600)
        let sending = Task { await failure { () throws(DeliveryError) in try await carrier.send(.sample()) } }
        sending.cancel()
        #expect(await sending.value?.kind == .transient)
        _ = try server.received()
    }

    @Test func `servers that hang leave the cooperative pool free`() async throws {
        let server = try SMTPFixture("hang")
        // Longer than any machine takes for what comes next; the sends end by being cancelled.
        let carrier = try server.carrier(timeoutSeconds: 600)
        let ended = Tally()
        await withTaskGroup { group in
            for _ in 0..<16 {
                group.addTask {
                    _ = await failure { () throws(DeliveryError) in try await carrier.send(.sample()) }
                    ended.count.add(1, ordering: .relaxed)
                }
            }
            for _ in 0..<100 { await Task.detached {}.value }
            #expect(ended.count.load(ordering: .relaxed) == 0)
            group.cancelAll()
        }
        #expect(ended.count.load(ordering: .relaxed) == 16)
    }

    @Test func `many messages at one time all arrive once`() async throws {
        let server = try SMTPFixture("plain")
        let carrier = try server.carrier()
        try await withThrowingTaskGroup { group in
            for index in 0..<40 { group.addTask { try await carrier.send(.sample(messageID: "m\(index)")) } }
            try await group.waitForAll()
        }
        let ids = try server.received().flatMap { $0.header("Message-ID") }
        #expect(ids.count == 40 && Set(ids).count == 40)
    }
}
