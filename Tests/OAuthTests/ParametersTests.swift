import JOSE
import OAuth
import Testing

struct ParametersTests {
    static func form(_ text: String) throws(OAuthError) -> Parameters { try Parameters(form: Array(text.utf8)) }

    @Test func `a parameter without a value counts as omitted`() throws {
        let parameters = try Self.form("scope=&client_id&token=t")
        #expect(try parameters.optional(.scope) == nil)
        #expect(try parameters.optional(.clientID) == nil)
        #expect(try parameters.optional(.challenge) == nil)
        #expect(try parameters.required(.token) == "t")
        let error = #expect(throws: OAuthError.self) { try parameters.required(.scope) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.description.description == "scope is missing")
    }

    @Test(arguments: [
        "scope=a&scope=b", "scope=a&scope=a", "scope=&scope=", "scope&scope", "unknown=1&unknown=2",
        "scope=a&sc%6Fpe=b", "=1&=2", "a+b=1&a%20b=2",
    ])
    func `a repeated name is refused, known or not, empty or not`(form: String) throws {
        let error = #expect(throws: OAuthError.self) { try Self.form(form) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.description.description == "a parameter is repeated")
        #expect(error?.failed.expected == "each name once")
        #expect(throws: Never.self) { try Self.form("scope=a&Scope=b") }
    }

    @Test func `the name of a repeated parameter reaches the log short and printable`() throws {
        let name = "x%0D%0Aforged+line" + String(repeating: "y", count: 1000)
        let error = try #require(#expect(throws: OAuthError.self) { try Self.form("\(name)=1&\(name)=2") })
        #expect(error.failed.seen.utf8.count < 100)
        #expect(error.failed.seen.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 >= 0x80 })
    }

    struct JSONCase: Sendable, CustomTestStringConvertible {
        let value: JSON
        let isRefused: Bool
        var testDescription: String { String(decoding: value.encoded(), as: UTF8.self) }
    }

    @Test(arguments: [
        JSONCase(value: nil, isRefused: false), JSONCase(value: "", isRefused: false),
        JSONCase(value: 1, isRefused: true), JSONCase(value: 0, isRefused: true), JSONCase(value: 1.5, isRefused: true),
        JSONCase(value: true, isRefused: true), JSONCase(value: false, isRefused: true),
        JSONCase(value: [], isRefused: true), JSONCase(value: ["a"], isRefused: true),
        JSONCase(value: [:], isRefused: true), JSONCase(value: ["a": "b"], isRefused: true),
    ])
    func `a JSON member that is no string is refused when it is asked for, null is omitted`(case value: JSONCase) throws
    {
        let parameters = try Parameters(json: ["scope": value.value, "token": "t"])
        #expect(try parameters.optional(.token) == "t")
        guard value.isRefused else {
            #expect(try parameters.optional(.scope) == nil)
            return
        }
        let error = #expect(throws: OAuthError.self) { try parameters.optional(.scope) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.description.description == "scope must be a string")
        #expect(throws: OAuthError.self) { try parameters.required(.scope) }
    }

    @Test func `a mistyped member that nobody asks for does no harm`() throws {
        let parameters = try Parameters(json: ["extension": [1, 2], "grant_type": "client_credentials"])
        #expect(try parameters.required(.grantType) == "client_credentials")
    }

    @Test func `what is kept as JSON is read back, but for what was of a wrong type`() throws {
        let sent = try Parameters(json: [
            "state": "s", "resource": ["https://a.example", "https://b.example"], "extension": 1, "nonce": "",
        ])
        #expect(sent.json == ["state": "s", "resource": ["https://a.example", "https://b.example"]])
        let changed = try Parameters(json: sent.json).setting(.clientID, to: "c").removing([.state])
        #expect(try changed.optional(.clientID) == "c" && changed.optional(.state) == nil)
        #expect(try changed.allResources() == ["https://a.example", "https://b.example"])
        #expect(try changed.removing([.resource]).allResources() == [])
    }

    @Test(arguments: [64, 65])
    func `a request carries at most 64 parameters`(count: Int) throws {
        let names = (1...count).map { "p\($0)" }
        var object = JSONObject()
        for name in names { object[name] = "1" }
        let form = names.map { "\($0)=1" }.joined(separator: "&")
        if count <= Parameters.limit {
            #expect(throws: Never.self) { try Parameters(json: object) }
            #expect(throws: Never.self) { try Self.form(form) }
        } else {
            #expect(throws: OAuthError.self) { try Parameters(json: object) }
            #expect(throws: OAuthError.self) { try Self.form(form) }
        }
    }
}
