import JOSE
import OAuth
import Synchronization
import TestSupport
import Testing

@testable import Provider

/// Request objects by reference (OIDC Core §6.2, RFC 9101 §5.2).
struct RequestDocumentsTests {
    private static func put(_ object: String, _ scene: ObjectScene, at url: String = ObjectScene.url) {
        scene.provider.documents.put(.bytes(Array(object.utf8)), at: url)
    }

    @Test func `what lies at a registered address is the request, and travels on`() async throws {
        let scene = try await ObjectScene()
        let object = try scene.object()
        Self.put(object, scene)
        let request = try #require(try await scene.ask(["request_uri": ObjectScene.url]).request)
        #expect(request.nonce == "n-inside" && request.fetchedObject == object)
        #expect(scene.provider.documents.count(ObjectScene.url) == 1)
    }

    @Test(arguments: ["", "#", "#4Rk2yx0aX2vWB5vTxB4w3cS1"], ["", "#another"])
    func `a fragment says nothing`(presented: String, registered: String) async throws {
        let scene = try await ObjectScene { $0.metadata.requestURIs = [ObjectScene.url + registered] }
        Self.put(try scene.unsigned(), scene)
        #expect(try await scene.ask(["request_uri": ObjectScene.url + presented]).request != nil)
    }

    @Test(arguments: [
        "https://app.example/other.jwt", "https://app.example/request.jwt?x=1", "https://app.example/request.jwt/",
        "https://APP.example/request.jwt", "http://app.example/request.jwt", "https://127.0.0.1/request.jwt",
        "urn:ietf:params:oauth:request_uri", "file:///etc/passwd", "data:,x", "x",
        "https://app.example@evil.example/request.jwt",
    ])
    func `PR-11 an address that is not registered is never asked`(url: String) async throws {
        let scene = try await ObjectScene()
        for address in [ObjectScene.url, url] { Self.put(try scene.object(), scene, at: address) }
        #expect(try await scene.ask(["request_uri": ObjectScene.url]).request != nil, "the control")
        let outcome = try await scene.ask(["request_uri": url])
        #expect(outcome.error == "invalid_request_uri" && !outcome.isPage)
        #expect(scene.provider.documents.count(url) == 0)
    }

    @Test func `PR-02 another client's address is none of this one`() async throws {
        let scene = try await ObjectScene()
        let other = try await ObjectScene(id: "other", in: scene.provider) {
            $0.metadata.requestURIs = ["https://other.example/r"]
        }
        Self.put(try other.object(), scene, at: "https://other.example/r")
        #expect(try await other.ask(["request_uri": "https://other.example/r"]).request != nil, "the control")
        #expect(try await scene.ask(["request_uri": "https://other.example/r"]).error == "invalid_request_uri")
    }

    @Test func `a host that fails, and one that has something else`() async throws {
        let scene = try await ObjectScene()
        scene.provider.documents.put(.failure("a redirect"), at: ObjectScene.url)
        let failed = try await scene.ask(["request_uri": ObjectScene.url])
        #expect(failed.error == "invalid_request_uri" && failed.check == "request_uri")
        for text in ["", "<html>", "{}", "\u{FEFF}a.b.c", String(repeating: "a", count: 60_000)] {
            Self.put(text, scene)
            #expect(try await scene.ask(["request_uri": ObjectScene.url]).error == "invalid_request_object", "\(text)")
        }
        Self.put(try scene.object(), scene)
        #expect(try await scene.ask(["request_uri": ObjectScene.url]).request != nil, "it is asked again")
    }

    @Test func `a host that hangs keeps two addresses of its own client waiting, and no other's`() async throws {
        let urls = (0..<3).map { "https://app.example/\($0)" }
        let scene = try await ObjectScene { $0.metadata.requestURIs = urls }
        let other = try await ObjectScene(id: "other", in: scene.provider)
        Self.put(try other.object(), other)
        let gate = Task { try? await Task.sleep(for: .seconds(600)) }
        let wait = Task { _ = await gate.value }
        let object = Array(try scene.object().utf8)
        for url in urls { scene.provider.documents.put(.waiting(wait, object), at: url) }
        try await withThrowingTaskGroup { group in
            for url in [urls[0], urls[0], urls[0], urls[1]] {
                group.addTask { try await scene.ask(["request_uri": url]).request != nil }
            }
            let documents = scene.provider.documents
            while documents.count(urls[0]) + documents.count(urls[1]) < 2 { await Task.yield() }
            let third = try await scene.ask(["request_uri": urls[2]])
            #expect(third.error == "temporarily_unavailable" && documents.count(urls[2]) == 0)
            #expect(try await other.ask(["request_uri": ObjectScene.url]).request != nil)
            gate.cancel()
            for try await isAccepted in group { #expect(isAccepted) }
            #expect(documents.count(urls[0]) <= 3 && documents.count(urls[1]) == 1)
        }
        #expect(try await scene.ask(["request_uri": urls[2]]).request != nil, "there is room again")
    }
}
