import Cryptography
import OAuth
import TestSupport
import Testing

struct BasicCredentialsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let field: String
        let id: String
        let secret: String
        var testDescription: String { field }
    }

    static func field(_ text: String, scheme: String = "Basic ") -> String { scheme + TestProvider.base64(text) }

    @Test(arguments: [
        // RFC 7617 §2.
        Case(field: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", id: "Aladdin", secret: "open sesame"),
        // RFC 7617 §2.1: "test" and "123£" in UTF-8.
        Case(field: "Basic dGVzdDoxMjPCow==", id: "test", secret: "123£"),
        // RFC 6749 §2.3.1.
        Case(
            field: "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3",
            id: "s6BhdRkqt3",
            secret: "7Fjfp0ZBr1KtDRbnfVdmIw"
        ),
        Case(field: field("a:b", scheme: "basic "), id: "a", secret: "b"),
        Case(field: field("a:b", scheme: "BASIC   "), id: "a", secret: "b"),
        Case(field: "Basic YTpi", id: "a", secret: "b"), Case(field: "Basic YTo", id: "a", secret: ""),
        Case(field: "Basic YTo=", id: "a", secret: ""), Case(field: field("a:b:c"), id: "a", secret: "b:c"),
        // Both halves are form-encoded before they are joined (RFC 6749 §2.3.1, appendix B).
        Case(field: field("https%3A%2F%2Fa.example:b%25%2B+c"), id: "https://a.example", secret: "b%+ c"),
        Case(field: field("%c3%a9:%E2%82%AC"), id: "é", secret: "€"),
        Case(field: field("a+b:c"), id: "a b", secret: "c"),
        Case(field: field("a:\u{301}b"), id: "a", secret: "\u{301}b"),
    ])
    func `credentials are read`(case credentials: Case) throws {
        let read = try #require(BasicCredentials(credentials.field))
        #expect(read.clientID == credentials.id)
        #expect(read.secret == credentials.secret)
    }

    @Test(arguments: [
        "", "Basic", "Basic ", "Bearer YTpi", "BasicYTpi", "Basic YTpi YTpi", "Basic YTpi, Basic YTpi",
        "Basic !!!!", "Basic YT-i", "Basic YT_i", "Basic YTpi====", "Basic YQ==", "Basic Y", "Basic YTo=i",
        "Basic YTo=X", "Basic YTpiYw=X", "Basic =YTpi", "Basic YTr/", field(":b"), field("%zz:b"), field("a:%4"),
        field("%FF:b"),
        // One byte as it is, the other of the same character escaped: no text before the escapes are read.
        "Basic YcMlQTk6Yg==",
    ])
    func `a field that is not HTTP Basic gives nothing`(field: String) {
        #expect(BasicCredentials(field) == nil)
        #expect(BasicCredentials("Basic YTpi") != nil)
    }
}
