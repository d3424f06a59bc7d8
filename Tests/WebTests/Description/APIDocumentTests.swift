import HTTPTypes
import JOSE
import Provider
import Testing

@testable import Web

struct APIDocumentTests {
    private static let face = Face("Things", "Things.", refusal: .sentence("message"))

    private static func document(
        _ method: HTTPRequest.Method,
        _ operation: Operation?,
        isPublicDocument: Bool = false,
        issuer: String = "https://id.example.org"
    ) -> JSONObject {
        let route = Route(
            method,
            "/things",
            isPublicDocument: isPublicDocument,
            operation: operation,
            refusal: { _ in Reply(.badRequest) }
        ) { _ in .complete(Reply()) }
        let document = APIDocument([route], settings: Settings(issuer: issuer), version: "1.2.3")
        return document.json.objectValue ?? [:]
    }

    private static func operations(_ document: JSONObject) -> JSONObject {
        document["paths"]?.objectValue?["/things"]?.objectValue ?? [:]
    }

    private static func statuses(_ document: JSONObject, _ method: String) -> [String] {
        operations(document)[method]?.objectValue?["responses"]?.objectValue?.names ?? []
    }

    private static let reading = Operation("readThings", "All things.", of: face).answering("Things.", .null)

    @Test func `a route without an operation is left out`() {
        #expect(Self.operations(Self.document(.get, nil)).isEmpty)
        #expect(Self.operations(Self.document(.get, Self.reading)).names == ["get"], "the control")
    }

    @Test(
        arguments: [
            ("get", reading, ["200", "500", "503"]),
            ("post", reading, ["200", "400", "413", "500", "503"]),
            ("post", reading.taking(.input([:])), ["200", "400", "413", "415", "500", "503"]),
            ("get", reading.query("q", .text()), ["200", "400", "500", "503"]),
            ("get", reading.guarded(by: .bearer(scope: "s")), ["200", "400", "401", "403", "500", "503"]),
            ("get", reading.guarded(by: .client, .none), ["200", "401", "429", "500", "503"]),
            ("get", reading.refusing(503, "Closed.").limited("Too many."), ["200", "429", "500", "503"]),
        ] as [(String, Operation, [String])]
    )
    func `what the front door and the credentials answer is added`(
        method: String,
        operation: Operation,
        statuses: [String]
    ) throws {
        let document = Self.document(try #require(HTTPRequest.Method(rawValue: method.uppercased())), operation)
        #expect(Self.statuses(document, method) == statuses)
    }

    @Test func `HEAD of a document is described, without a body and with an id of its own`() throws {
        let document = Self.document(.get, Self.reading.publishing("Things.", .null), isPublicDocument: true)
        #expect(Self.operations(document).names == ["get", "head"])
        #expect(Self.statuses(document, "head") == ["200", "304"])
        let head = try #require(Self.operations(document)["head"]?.objectValue)
        #expect(head["operationId"] == "readThingsHead")
        #expect(!"\(head)".contains("application/json"))
    }

    @Test func `the server is the host, and the version is the server's`() {
        let document = Self.document(.get, Self.reading, issuer: "https://id.example.org/tenants/one")
        #expect(document["servers"] == [["url": "https://id.example.org"]])
        #expect(document["info"]?.objectValue?["version"] == "1.2.3")
    }

    @Test func `a named schema is written once and referred to`() {
        let thing = JSONSchema.object(["id": .uuid]).named("Thing")
        let operation = Operation("readThings", "All things.", of: Self.face).answering("Things.", .array(of: thing))
        let components = Self.document(.get, operation)["components"]?.objectValue
        #expect(components?["schemas"]?.objectValue?["Thing"] == .object(JSONSchema.object(["id": .uuid]).json))
        #expect(JSONSchema.array(of: thing).json["items"] == ["$ref": "#/components/schemas/Thing"])
    }

    @Test func `the same document is written every time`() {
        let document = Self.document(.post, Self.reading.taking(.input(["a": .text(), "b": .integer()])))
        #expect(
            (0..<20).allSatisfy { _ in
                Self.document(.post, Self.reading.taking(.input(["a": .text(), "b": .integer()]))).encoded()
                    == document.encoded()
            }
        )
    }
}
