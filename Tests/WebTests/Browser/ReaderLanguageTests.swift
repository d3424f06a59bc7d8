import HTTPTypes
import Pages
import TestSupport
import Testing

@testable import Web

struct ReaderLanguageTests {
    @Test(
        arguments: [
            ("de", ["de"]), ("de, en", ["de", "en"]), ("en;q=0.5, de", ["de", "en"]),
            ("en;q=0.5,es;q=0.5", ["en", "es"]),
            ("fr;q=0, de;q=0.001", ["de"]), ("*", []), ("de;q=2, en", ["en"]), ("de;q=-1, en", ["en"]),
            ("de;q=, en", ["en"]),
            ("de;v=1, en", ["en"]), ("de ; Q=0.3 , en", ["en", "de"]), ("", []), (",,;,", []), ("<script>, en", ["en"]),
            ("de;q=nan, en", ["en"]), ("de;q=inf, en", ["en"]), (String(repeating: "de,", count: 400), []),
        ] as [(String, [String])]
    )
    func `what a browser prefers is read by its weights`(field: String, tags: [String]) {
        #expect(ReaderLanguage.preferred(field) == tags)
    }

    @Test(
        arguments: [
            (nil, nil, [], "en"), ("de", nil, [], "de"), ("fr, es;q=0.2", nil, [], "es"), ("fr", nil, [], "en"),
            ("de", "es", [], "es"), ("de", "xx", [], "de"), ("de", "es", ["zh"], "zh"),
            ("de", "es", ["fr", "zh-CN"], "zh"),
            ("de", "es", ["fr"], "es"), ("zh-TW;q=0.9, de;q=0.8", nil, [], "zh"),
        ] as [(String?, String?, [String], String)]
    )
    func `an application's wish goes before the reader's choice, and that before the browser's`(
        accepted: String?,
        chosen: String?,
        asked: [String],
        language: String
    ) {
        var fields: HTTPFields = [:]
        fields[.acceptLanguage] = accepted
        if let chosen { fields[.cookie] = "__Host-martlet-language=\(chosen)" }
        let reader = ReaderLanguage(catalogues: .installed)
        #expect(reader.catalogue(for: fields, asked: asked).language == language)
    }
}
