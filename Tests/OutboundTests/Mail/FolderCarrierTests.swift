import Foundation
import Outbound
import Testing

struct FolderCarrierTests {
    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-mail-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func carrier(_ folder: URL) -> FolderCarrier {
        FolderCarrier(folder: folder.path(percentEncoded: false), sender: "noreply@martlet.example")
    }

    @Test func `a message becomes a file that its owner alone can read`() async throws {
        try await withFolder { folder in
            try await carrier(folder).send(.sample(body: "https://martlet.example/verify?token=abc\n"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["01JD5Z7V.eml"])
            let file = folder.appending(path: "01JD5Z7V.eml")
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(text.hasPrefix("Date: Sat, 21 Nov 2026 13:00:00 +0000\r\nFrom: <noreply@martlet.example>\r\n"))
            #expect(text.hasSuffix("\r\n\r\nhttps://martlet.example/verify?token=abc\r\n"))
            #expect(try permissions(of: file) == 0o600)
            #expect(try permissions(of: folder) == 0o700)
        }
    }

    @Test func `a message that is sent again replaces its file`() async throws {
        try await withFolder { folder in
            try await carrier(folder).send(.sample(body: "first and longer\n"))
            try await carrier(folder).send(.sample(body: "second\n"))
            let text = try String(contentsOf: folder.appending(path: "01JD5Z7V.eml"), encoding: .utf8)
            #expect(text.hasSuffix("\r\n\r\nsecond\r\n"))
        }
    }

    @Test(arguments: ["../escape", "a/b", ".hidden", "", "a\0b", String(repeating: "a", count: 129)])
    func `an id that is not a plain name writes nothing`(id: String) async throws {
        try await withFolder { folder in
            let carrier = carrier(folder)
            let error = await failure { () throws(DeliveryError) in try await carrier.send(.sample(messageID: id)) }
            #expect(error?.kind == .permanent)
            #expect(!FileManager.default.fileExists(atPath: folder.path()))
        }
    }

    @Test func `a folder that cannot be made is told`() async throws {
        let carrier = FolderCarrier(folder: "/nowhere/at/all", sender: "noreply@martlet.example")
        let error = await failure { () throws(DeliveryError) in try await carrier.send(.sample()) }
        #expect(error?.kind == .transient && error?.reason.contains("No such file") == true)
    }

    private func permissions(of url: URL) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: url.path())[.posixPermissions] as? Int
    }
}
