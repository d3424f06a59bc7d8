import JOSE
import OAuth
import Testing

struct ResourceIndicatorTests {
    @Test(arguments: [
        "https://api.example", "https://api.example/", "https://api.example/v1?x=1", "urn:example:api",
        "http://10.0.0.1:80/a",
    ])
    func `an absolute URI is one`(text: String) {
        #expect(ResourceIndicator(text)?.description == text)
    }

    @Test(arguments: [
        "", "api", "/api", "//api.example", "https:", "https://", "https://api.example/#", "https://api.example#x",
        "https://me@api.example/", "https://api.example/ä", "https://api.example/ x", "HTTPS://api.example",
        "https://api.example/" + String(repeating: "a", count: 512),
    ])
    func `nothing else is`(text: String) {
        #expect(ResourceIndicator(text) == nil)
    }

    @Test func `several are stored as one text and read back`() throws {
        let both = ["https://a.example", "urn:b"].compactMap { ResourceIndicator($0) }
        #expect(both.text == "https://a.example urn:b")
        #expect([ResourceIndicator](text: both.text) == both)
        #expect([ResourceIndicator]().text == nil)
        #expect([ResourceIndicator](text: nil) == [])
        #expect([ResourceIndicator](text: "https://a.example b") == nil)
    }

    @Test func `resource alone may be repeated`() throws {
        let form = try ParametersTests.form("resource=urn:a&scope=x&resource=&resource=urn:b")
        #expect(try form.allResources() == ["urn:a", "urn:b"])
        #expect(try Parameters(json: ["resource": ["urn:a", "urn:b"]]).allResources() == ["urn:a", "urn:b"])
        #expect(try Parameters(json: ["resource": "urn:a"]).allResources() == ["urn:a"])
        #expect(try Parameters(json: ["scope": "x"]).allResources() == [])
        for wrong in [1, true, ["urn:a", 1], [:]] as [JSON] {
            #expect(throws: OAuthError.self) { try Parameters(json: ["resource": wrong]).allResources() }
        }
    }
}
