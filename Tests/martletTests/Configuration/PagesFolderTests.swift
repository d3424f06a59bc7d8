import FoundationEssentials
import Pages
import Provider
import TestSupport
import Testing

@testable import martlet

struct PagesFolderTests {
    private static func folder(_ path: String?) async throws -> PagesFolder {
        try PagesFolder(await ConfigurationSourcesTests.sources(flags: path.map { ["pages-folder": $0] } ?? [:]))
    }

    private static func sentence(_ path: String) async throws -> String? {
        await #expect(throws: ConfigurationError.self) {
            _ = try await folder(path)
        }?.description
    }

    private static func make(_ files: [String: String]) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        for name in ["templates", "catalogues"] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        }
        for (name, text) in files { try folder.write(text, to: name) }
        return folder
    }

    @Test func `nobody has to have one`() async throws {
        let folder = try await Self.folder(nil)
        #expect(folder.path == nil && folder.theme.stylesheet == nil)
        #expect(folder.theme.catalogues.languages == ["en", "de", "es", "zh"])
    }

    @Test func `the example of the documentation works, and its language is in discovery`() async throws {
        let root = #filePath.prefix(upTo: #filePath.firstRange(of: "/Tests/")!.lowerBound)
        let folder = try await Self.folder("\(root)/docs/theming-example")
        let renderer = PageRenderer(base: "", theme: folder.theme)
        let french = try #require(renderer.catalogues.catalogue(for: "fr"))
        let html = renderer.html(.signIn(.init()), in: Frame(path: "/sign-in"), french)
        #expect(html.contains("<title>Se connecter – Acme</title>") && html.contains("<html lang=\"fr\">"))
        #expect(html.contains("/assets/\(try #require(folder.theme.stylesheet).name)"))
        #expect(html.contains("class=\"acme-alert\"") == false)
        let alerted = renderer.html(.signIn(.init()), in: Frame(alert: .done(.signedOut)), french)
        #expect(alerted.contains("class=\"alert good acme\""))
        let flags = ["dev": "on", "pages-folder": "\(root)/docs/theming-example"]
        let configuration = try ServerConfiguration(await ConfigurationSourcesTests.sources(flags: flags))
        #expect(configuration.providerSettings.interfaceLanguages == ["en", "de", "es", "fr", "zh"])
    }

    @Test func `a folder that is not there is refused`() async throws {
        let path = try ScratchFolder().path("nowhere")
        #expect(
            try await Self.sentence(path)
                == "\(path), a folder of --pages-folder, cannot be read: make it a folder that the server may look into"
        )
    }

    @Test func `a file that cannot be used is named with its line`() async throws {
        let folder = try Self.make(["catalogues/de.json": "{\n\"signInn\": \"x\"}"])
        let path = folder.path("")
        #expect(
            try await Self.sentence(path)?.hasSuffix("catalogues/de.json, line 2: there is no phrase \"signInn\"")
                == true
        )
    }

    @Test func `symbolic links and large files are refused; hidden files and a README are passed over`() async throws {
        let folder = try Self.make([".hidden": "x", "README.md": "x", "theme.css": "a{}"])
        #expect(try await Self.folder(folder.path("")).theme.stylesheet != nil)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("templates/cell.mustache"),
            withDestinationPath: folder.path("theme.css")
        )
        #expect(
            try await Self.sentence(folder.path(""))?.contains("is a symbolic link: put the file itself there") == true
        )
        try FileManager.default.removeItem(atPath: folder.path("templates/cell.mustache"))
        try folder.write(String(repeating: "x", count: (1 << 20) + 1), to: "theme.css")
        #expect(try await Self.sentence(folder.path(""))?.contains("is not a file of pages, of 1 MiB at most") == true)
    }
}
