import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import Storage
import Testing
import TestSupport

@testable import Web

/// Authorization requests that say one thing to one reader and another to the next, and those that are too much.
struct RequestTamperingTests {
    /// A person who is signed in and has allowed the application, so that `prompt=none` is answered with a code.
    private struct Scene {
        let server: TestServer
        let app: RelyingParty
        let browser: TestBrowser

        init(_ change: (inout Client) -> Void = { _ in }) async throws {
            server = try await TestServer()
            try await server.person("ada")
            app = try await RelyingParty(server, .clientSecretBasic, change)
            browser = TestBrowser(server)
            #expect(try await app.authorize(browser).answer["code"] != nil)
            // A request of the same moment would count as what the person signed in for.
            server.provider.clock.advance(by: 1)
        }

        /// How many rows each table has.
        var rows: [String: Int64] {
            get throws {
                try server.provider.stores.database.read { connection in
                    let tables = try connection.query("SELECT name FROM sqlite_schema WHERE type = 'table'", []) {
                        try $0.text(0)
                    }
                    return try tables.reduce(into: [:]) { counts, table in
                        counts[table] = try connection.first("SELECT count(*) FROM \(table)") { try $0.integer(0) }
                    }
                }
            }
        }

        func silently(_ changes: [String: String?]) async throws -> TestReply {
            try await browser.get(app.request(["prompt": "none"].merging(changes) { _, new in new }))
        }
    }

    @Test(arguments: [
        "https://bücher.example/cb", "https://BÜCHER.example/cb", "https://b\u{75}\u{308}cher.example/cb",
        "https://XN--BCHER-KVA.example/cb", "https://xn--bcher-kva.EXAMPLE/cb", "https://b%C3%BCcher.example/cb",
        "https://xn--bcher-kva\u{3002}example/cb", "https://xn--bcher-kva\u{FF0E}example/cb",
        "https://\u{FF58}n--bcher-kva.example/cb", "https://xn--b\u{441}her-kva.example/cb",
        "https://xn--bcher\u{AD}-kva.example/cb", "https://xn--bcher-kva.example./cb",
    ])
    func `AR-09 another spelling of the same name is another redirect URI`(uri: String) async throws {
        let registered = "https://xn--bcher-kva.example/cb"
        let app = try await RelyingParty(TestServer()) { client in
            client.metadata.redirectURIs = [RedirectURI(registering: registered, isNative: false)!]
        }
        let reply = try await TestBrowser(app.server).get(app.request(["redirect_uri": uri]))
        #expect(reply.status == 400 && reply.location == nil)
        #expect(app.server.journal[reply.requestID].map(\.refusal.failed.check) == ["redirect_uri"])
        // The other way round nothing is there to compare with.
        #expect(uri.utf8.allSatisfy { $0 < 0x80 } || RedirectURI(registering: uri, isNative: false) == nil)
        let control = try await TestBrowser(app.server).get(app.request(["redirect_uri": registered]))
        #expect(control.status == 303)
    }

    @Test func `AR-15 of a form's query nothing is read, and of its body all`() async throws {
        let scene = try await Scene()
        let evil = "redirect_uri=https%3A%2F%2Fevil.example%2Fcb&scope=openid%20email&state=evil&client_id=other"
        let body = TestBody.raw(
            Array(scene.app.query(["prompt": "none"]).utf8),
            type: "application/x-www-form-urlencoded"
        )
        let moved = try await scene.server.call(.post, "/authorize?\(evil)", body)
        #expect(moved.location?.contains("evil") == false)
        let answer = try await scene.browser.get(moved.location ?? "")
        #expect(answer.location?.hasPrefix(RelyingParty.redirect + "?code=") == true)
        #expect(answer.answer["state"] == "state of the app")
        // The other way round: what is right in the query does not help what is wrong in the body.
        let wrong = TestBody.raw(Array(evil.utf8), type: "application/x-www-form-urlencoded")
        let refused = try await scene.server.call(.post, scene.app.request(["prompt": "none"]), wrong)
        let page = try await scene.browser.get(refused.location ?? "")
        #expect(page.status == 400 && page.location == nil)
    }

    @Test(arguments: [
        "state=a\r\nSet-Cookie: x=1", "state=a\nb", "state=a#b", "state=a b", "state=\"<b>", "state=ü\\^`{|}",
    ])
    func `AR-15 what may not stand in a URL is encoded on the way from a body to a query`(pair: String) async throws {
        let scene = try await Scene()
        let query = scene.app.query(["prompt": "none", "state": nil]) + "&" + pair
        let body = TestBody.raw(Array(query.utf8), type: "application/x-www-form-urlencoded")
        let moved = try await scene.server.call(.post, "/authorize", body)
        #expect(moved.status == 303 && moved.fields[.setCookie] == nil)
        #expect(
            moved.location?.utf8.allSatisfy(ReturnPath.requestCharacters.contains) == true,
            "\(moved.location ?? "")"
        )
        let answer = try await scene.browser.get(moved.location ?? "")
        if pair.contains(where: \.isNewline) {
            #expect(answer.answer["error"] == "invalid_request" && answer.answer["state"] == nil)
        } else {
            #expect(answer.answer["code"] != nil && answer.answer["state"] == String(pair.dropFirst(6)))
        }
    }

    @Test(
        arguments: ["https://evil.example/cb", "//evil.example", "javascript:alert(1)"],
        [
            ["client_id": "unknown"], ["client_id": nil], ["scope": "\u{7F}"], ["response_type": "nothing"],
            ["prompt": "none login"], ["request": "x"], ["response_mode": "form_post"], ["max_age": "-1"],
        ] as [[String: String?]]
    )
    func `AR-17 whatever else is wrong, an address that nobody registered hears nothing of it`(
        uri: String,
        change: [String: String?]
    ) async throws {
        let app = try await RelyingParty(TestServer())
        let reply = try await TestBrowser(app.server).get(app.request(change.merging(["redirect_uri": uri]) { $1 }))
        #expect(reply.status == 400 && reply.location == nil)
        #expect(!reply.text.contains("evil.example") && !reply.text.contains("javascript:"))
        // The control: to the registered one it is told, where the client is known.
        let told = try await TestBrowser(app.server).get(app.request(change))
        #expect((told.answer["error"] != nil || told.status == 303) == !change.keys.contains("client_id"))
    }

    /// Text of every kind, the same in every run.
    private static let texts: [String] = {
        let random = SeededRandom(seed: 22)
        let kinds: [[Unicode.Scalar]] = [
            (0x20...0x7E).map { Unicode.Scalar(UInt8($0)) }, Array("\"'<>&=?#%+;/\\ ".unicodeScalars),
            Array("äßłжωあ漢🐦👩🏽\u{202E}\u{FEFF}\u{301}\u{85}\u{FFFD}\u{10FFFF}".unicodeScalars),
            Array("ab\r\n\t\u{0}\u{1B}\u{7F}".unicodeScalars),
        ]
        return (0..<200).map { number in
            let bytes = random.bytes(2 + number % 120)
            let kind = kinds[Int(bytes[0]) % kinds.count]
            return String(String.UnicodeScalarView(bytes.dropFirst().map { kind[Int($0) % kind.count] }))
        }
    }()

    @Test func `AR-22 the state comes back byte for byte, or is refused, and the nonce as well`() async throws {
        let scene = try await Scene()
        var kept = 0
        for (number, text) in Self.texts.enumerated() {
            let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            for mode in ["query", "form_post"] {
                let reply = try await scene.silently(["state": text, "nonce": text, "response_mode": mode])
                let answer = mode == "query" ? reply.answer : Self.fields(of: reply)
                #expect(reply.fields.allSatisfy { !$0.value.contains(where: \.isNewline) })
                guard isPlain else {
                    #expect(answer["error"] == "invalid_request" && answer["state"] == nil, "\(number)")
                    continue
                }
                kept += 1
                #expect(answer["state"].map { Array($0.utf8) } == Array(text.utf8), "\(number)")
                guard mode == "query" else { continue }
                #expect(try await scene.app.redeem(reply).claims["nonce"]?.stringValue == text, "\(number)")
            }
        }
        #expect(kept > 200, "the control: most are not refused")
    }

    /// The hidden fields of a page, as a browser reads them: an accent that begins a value does not belong to the quotation mark.
    private static func fields(of page: TestReply) -> [String: String] {
        let escapes = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        let starts = page.body.ranges(of: Array("<input type=\"hidden\" name=\"".utf8)).map(\.upperBound)
        return starts.reduce(into: [:]) { found, start in
            let parts = page.body[start...].split(
                separator: UInt8(ascii: "\""),
                maxSplits: 3,
                omittingEmptySubsequences: false
            )
            guard parts.count == 4, parts[1].elementsEqual(" value=".utf8) else { return }
            let value = escapes.reduce(Array(parts[2])) { $0.replacing(Array($1.0.utf8), with: Array($1.1.utf8)) }
            found[String(decoding: parts[0], as: UTF8.self)] = String(decoding: value, as: UTF8.self)
        }
    }

    @Test func `AR-22 a state of 8 KB comes back, or is a page`() async throws {
        let scene = try await Scene()
        let state = String(repeating: "s", count: 8192)
        #expect(try await scene.silently(["state": state]).answer["state"] == state)
        let page = try await TestBrowser(scene.server).get(scene.app.request(["state": state]))
        #expect(page.status == 400 && page.location == nil)
    }

    @Test(arguments: [
        "openid\temail", "openid\nemail", "openid\r\nemail", "openid\"email\"", "openid\\email", "openid\u{0}",
        "öpenid",
        "openid\u{A0}email", (0..<10_000).map { "scope-\($0)" }.joined(separator: " "),
        "openid " + String(repeating: "x", count: 4096), "unheard:of another", "OPENID", "openid,email",
    ])
    func `AR-23 what is no scope, or none of the client's, is told to it`(scope: String) async throws {
        let scene = try await Scene()
        let reply = try await scene.silently(["scope": scope])
        #expect(reply.status == 303 && reply.answer["error"] == "invalid_scope")
        #expect((reply.location?.utf8.count ?? 0) < 1024, "it is not echoed")
    }

    @Test(arguments: [
        ("openid openid openid", "openid"), ("openid unheard:of", "openid"), (" openid  ", "openid"),
        ("openid chat:write friends profile:write", "openid"), ("email openid email", "email openid"),
    ])
    func `AR-23 of a scope that is repeated or not the client's the rest is given, once`(
        scope: String,
        given: String
    ) async throws {
        let scene = try await Scene()
        _ = try await scene.app.authorize(scene.browser, ["scope": "openid email"])
        #expect(try await scene.app.redeem(scene.silently(["scope": scope]))["scope"] == given)
    }

    @Test(arguments: [("0", 0), ("0", 700), ("0", 5_000), (nil, 5_000)] as [(String?, Int64)])
    func `AR-27 a maximum age of zero is a new sign-in each time, and the ID token tells of that one`(
        age: String?,
        wait: Int64
    ) async throws {
        let scene = try await Scene { if age == nil { $0.metadata.defaultMaximumAge = 0 } }
        let clock = scene.server.provider.clock
        var last: Int64 = 0
        for _ in 0..<2 {
            // Less than a second goes by as well: then the clock alone would not tell.
            clock.advance(milliseconds: wait + 1)
            let change: [String: String?] = ["max_age": age]
            #expect(try await scene.silently(change).answer["error"] == "login_required")
            let shown = try await scene.browser.get(scene.app.request(change))
            #expect(shown.location?.hasPrefix("/sign-in?") == true && shown.location?.contains("again=yes") == true)
            clock.advance(by: 3)
            let claims = try await scene.app.redeem(scene.app.go(on: shown, scene.browser)).claims
            #expect(claims["auth_time"]?.integerValue == clock.now().seconds)
            #expect((claims["auth_time"]?.integerValue ?? 0) > last)
            last = claims["auth_time"]?.integerValue ?? 0
        }
        let control = try await scene.silently(["max_age": "3600"])
        #expect(control.answer["code"] != nil)
    }

    @Test func `AR-30 of languages and classes that nobody knows nothing is kept`() async throws {
        let scene = try await Scene()
        let before = try scene.rows
        for number in 0..<1_000 {
            let tags = "../../x\(number) xx-\(number) de-\(number)/.. en\(number)"
            let change: [String: String?] = [
                "ui_locales": tags, "acr_values": "urn:\(number) ../\(number)", "scope": "openid email",
            ]
            // Three ways, none of which ends in a code: a page, a refusal and a redirect to one.
            let way: [String: String?] = [[:], ["prompt": "none"], ["prompt": "login"]][number % 3]
            let reply = try await scene.browser.get(scene.app.request(change.merging(way) { $1 }))
            #expect(reply.status == (number % 3 == 0 ? 200 : 303) && !reply.text.contains("../../x"))
        }
        #expect(try scene.rows == before)
        #expect(!(scene.server.log.text + scene.server.journal.text).contains("xx-"))
        // The control: a request that is answered files a row.
        _ = try await scene.silently([:])
        #expect(try scene.rows["authorization_code"] == before["authorization_code"].map { $0 + 1 })
    }
}
