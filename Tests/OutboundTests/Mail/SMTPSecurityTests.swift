import Outbound
import Testing

private let password = "s3cret-p4ssword"

struct SMTPSecurityTests {
    @Test(arguments: [("starttls", SMTPSettings.Security.startTLS), ("tls", .tls)])
    func `mail goes through TLS to a server whose certificate is trusted`(
        mode: String,
        security: SMTPSettings.Security
    ) async throws {
        let server = try SMTPFixture(mode)
        try await server.carrier(security, caFile: server.certificate).send(.sample())
        let received = try server.received()
        #expect(received.count == 1 && received.first?.encrypted == true)
    }

    @Test(arguments: [("starttls", SMTPSettings.Security.startTLS), ("tls", .tls)])
    func `a certificate that nobody trusts stops the mail`(mode: String, security: SMTPSettings.Security) async throws {
        let server = try SMTPFixture(mode)
        let carrier = try server.carrier(security)
        let error = await failure { () throws(DeliveryError) in try await carrier.send(.sample()) }
        #expect(error?.kind == .transient && error?.reason.contains("certificate") == true)
        #expect(try server.received().isEmpty)
    }

    @Test(arguments: [("starttls", SMTPSettings.Security.startTLS), ("tls", .tls)])
    func `a certificate of another host stops the mail`(mode: String, security: SMTPSettings.Security) async throws {
        let server = try SMTPFixture(mode, names: "DNS:other.example")
        let carrier = try server.carrier(security, caFile: server.certificate)
        let error = await failure { () throws(DeliveryError) in try await carrier.send(.sample()) }
        #expect(error?.kind == .transient && error?.reason.contains("127.0.0.1") == true)
        #expect(try server.received().isEmpty)
    }

    @Test func `a server that offers no STARTTLS gets neither mail nor password`() async throws {
        let server = try SMTPFixture("auth")
        let carrier = try server.carrier(.startTLS, password: password)
        let error = await failure { () throws(DeliveryError) in try await carrier.send(.sample()) }
        #expect(error?.kind == .transient && error?.reason.contains("STARTTLS") == true)
        let control = try server.carrier(.none, password: password)
        try await control.send(.sample())
        #expect(try server.received().count == 1)
    }

    @Test func `the right password is taken`() async throws {
        let server = try SMTPFixture("starttls-auth")
        try await server.carrier(.startTLS, password: password, caFile: server.certificate).send(.sample())
        let received = try server.received()
        #expect(received.first?.user == "martlet" && received.first?.encrypted == true)
    }

    @Test(arguments: ["s3cret-wrong", nil])
    func `refused credentials keep the mail and stay out of the error`(wrong: String?) async throws {
        let server = try SMTPFixture("starttls-auth")
        let carrier = try server.carrier(.startTLS, password: wrong, caFile: server.certificate)
        let error = try #require(await failure { () throws(DeliveryError) in try await carrier.send(.sample()) })
        #expect(error.kind == .transient && [530, 535].contains(error.code))
        #expect(error.reason == "the SMTP server wants other credentials")
        #expect(!"\(error)".contains("s3cret"))
        #expect(try server.received().isEmpty)
    }

    struct Settings: Sendable {
        var host = "mail.example"
        var port = 587
        var username: String?
        var password: String?
        var security = SMTPSettings.Security.startTLS
        var sender = "a@b.example"
        var timeoutSeconds = 15

        var settings: SMTPSettings {
            SMTPSettings(
                host: host,
                port: port,
                username: username,
                password: password,
                security: security,
                sender: sender,
                timeoutSeconds: timeoutSeconds
            )
        }
    }

    @Test(arguments: [
        Settings(host: ""), Settings(host: "mail.example/path"), Settings(host: "user@mail.example"),
        Settings(host: "mail.example\r\nx"), Settings(port: 0), Settings(port: 65_536),
        Settings(username: "u"), Settings(password: "p"), Settings(sender: "nobody"),
        Settings(sender: "a@b.example\r\nBcc: c@d.example"), Settings(timeoutSeconds: 0),
        Settings(username: "u", password: "p", security: .none),
        Settings(host: "127.evil.example", username: "u", password: "p", security: .none),
    ])
    func `settings that cannot work or would show the password are refused`(bad: Settings) {
        #expect(throws: SMTPSettingsError.self) { try SMTPCarrier(settings: bad.settings) }
    }

    @Test(arguments: [
        Settings(), Settings(host: "2001:db8::1"), Settings(username: "u", password: "p"),
        Settings(host: "localhost", username: "u", password: "p", security: .none), Settings(security: .none),
    ])
    func `settings that can work are taken`(good: Settings) throws {
        _ = try SMTPCarrier(settings: good.settings)
    }
}
