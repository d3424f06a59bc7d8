import HTTPTypes
import JOSE
import Synchronization
import TestSupport

@testable import Web

/// A browser without scripts: it keeps cookies, says where its forms come from, and follows no redirect by itself.
final class TestBrowser: Sendable {
    static let password = "correct horse battery"

    private let server: TestServer
    private let jar = Mutex<[String: String]>([:])

    init(_ server: TestServer) {
        self.server = server
    }

    var cookies: [String: String] { jar.withLock { $0 } }
    var sessionCookie: String? { cookies["__Host-martlet"] }

    func set(_ cookie: String, to value: String?) { jar.withLock { $0[cookie] = value } }

    @discardableResult
    func get(_ path: String, _ fields: HTTPFields = [:]) async throws -> TestReply {
        try await send(.get, path, .none, [.accept: "text/html"] + fields)
    }

    /// Sends a form as it is.
    func post(_ path: String, _ form: TestForm, _ fields: HTTPFields = [.origin: TestProvider.issuer]) async throws
        -> TestReply
    {
        try await send(.post, path, .form(form), [.accept: "text/html"] + fields)
    }

    /// Opens `page`, and sends its form to `path` with the form's token.
    func submit(_ path: String, on page: String, _ form: TestForm) async throws -> TestReply {
        let shown = try await get(page)
        return try await post(path, form + ["form_token": shown.formToken])
    }

    @discardableResult
    func signIn(_ username: String, password: String = TestBrowser.password, _ more: TestForm = [:]) async throws
        -> TestReply
    {
        try await submit("/sign-in", on: "/sign-in", ["username": username, "password": password] + more)
    }

    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: TestBody,
        _ fields: HTTPFields
    ) async throws -> TestReply {
        var fields = fields
        let sent = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        if !sent.isEmpty { fields[.cookie] = sent }
        let reply = try await server.call(method, path, body, fields)
        for field in reply.fields[values: .setCookie] {
            let pair = field.prefix { $0 != ";" }.split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            set(String(pair[0]), to: field.contains("Max-Age=0;") ? nil : String(pair[1]))
        }
        return reply
    }
}

extension HTTPFields {
    static func + (left: HTTPFields, right: HTTPFields) -> HTTPFields { HTTPFields(Array(left) + Array(right)) }
}

extension TestReply {
    /// The token of the first form of the page; empty when it has none.
    var formToken: String { attribute(after: "name=\"form_token\" value=\"") ?? "" }

    var location: String? { field("Location") }

    /// The attribute's value after the first `marker`.
    func attribute(after marker: String) -> String? {
        text.firstRange(of: marker).map { String(text[$0.upperBound...].prefix { $0 != "\"" }) }
    }

    /// What the box above the page says.
    var alert: String? {
        guard let strong = text.firstRange(of: "</strong> ") else { return nil }
        return String(text[strong.upperBound...].prefix { $0 != "<" })
    }
}
