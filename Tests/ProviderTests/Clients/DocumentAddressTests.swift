import OAuth
import Testing

@testable import Provider

/// Which client ids lead to a document.
struct DocumentAddressTests {
    @Test(arguments: [
        ("https://app.example/client.json", "app.example"), ("https://app.example/", "app.example"),
        ("https://app.example:8443/a/b", "app.example:8443"),
        ("https://xn--bcher-kva.example/a..b", "xn--bcher-kva.example"),
    ])
    func `a plain https address with a path does`(text: String, host: String) {
        #expect(DocumentAddress(Client.ID(text))?.host == host)
    }

    @Test(arguments: [
        "", "client-1", "http://app.example/c", "HTTPS://app.example/c", "https://app.example", "https:///c",
        "https://:8443/c",
        "https://app.example/c#f", "https://app.example/c?x=1", "https://me@app.example/c",
        "https://me:x@app.example/c",
        "https://app.example/./c", "https://app.example/../c", "https://app.example/a/..",
        "https://app.example/%2e%2E/c",
        "https://app.example/%2e./c", "https://App.example/c", "https://app.example./c", "https://app.example:443/c",
        "https://app.example:0443/c", "https://app.example:/c", "https://[::1]/c", "https://app%2eexample/c",
        "https://app.example\\@evil.example/c", "https://bücher.example/c", "https://app.example/c c",
        "https://app.example/" + String(repeating: "a", count: 500),
    ])
    func `nothing else does`(text: String) {
        #expect(DocumentAddress(Client.ID(text)) == nil)
    }

    @Test(
        arguments: [
            (nil, nil), ("max-age=60", 60), ("public, max-age=\"600\"", 600), ("no-store", 0),
            ("no-cache, max-age=60", 0),
            ("max-age=x", nil), ("max-age=-5", 0), ("MAX-AGE=7", 7), ("max-age=99999999999999999999999", nil),
        ] as [(String?, Int64?)]
    )
    func `how long a document may be kept`(field: String?, seconds: Int64?) {
        #expect(RemoteDocument([], cacheControl: field).freshness == seconds)
    }
}
