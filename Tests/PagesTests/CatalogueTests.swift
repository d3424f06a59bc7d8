import FoundationEssentials
import Testing

@testable import Pages

struct CatalogueTests {
    static let files: [(language: String, file: [UInt8])] = [
        ("en", PackageResources.en_json), ("de", PackageResources.de_json), ("es", PackageResources.es_json),
        ("zh", PackageResources.zh_json),
    ]

    private static func words(_ file: [UInt8]) throws -> [String: String] {
        try JSONDecoder().decode([String: String].self, from: Data(file))
    }

    /// What is wrong with a catalogue that must be whole.
    private static func faults(_ file: [UInt8]) throws -> [String] {
        let (english, words) = (try Self.words(PackageResources.en_json), try Self.words(file))
        var faults = Set(english.keys).symmetricDifference(words.keys).map { "\($0) is not in both" }
        for (key, text) in words {
            let (expected, seen) = (try Wording(english[key] ?? "").placeholders, try Wording(text).placeholders)
            if expected != seen { faults.append("\(key) has other placeholders") }
            if text.isEmpty || text != text.trimmed { faults.append("\(key) is empty, or has space around it") }
        }
        return faults
    }

    @Test(arguments: files.indices)
    func `every catalogue has exactly the phrases and placeholders of the English one`(index: Int) throws {
        #expect(try Self.faults(Self.files[index].file) == [])
        #expect(try Set(Self.words(Self.files[index].file).keys) == Set(Phrase.allCases.map(\.rawValue)))
    }

    @Test func `a phrase too few, one too many, and a placeholder too few are seen`() throws {
        let whole = try Self.words(PackageResources.de_json)
        for change in [
            { $0["signIn"] = nil }, { $0["signInn"] = "x" }, { $0["allowQuestion"] = "Zulassen?" },
            { $0["signIn"] = "Anmelden {name}" }, { $0["signIn"] = " Anmelden" },
        ] as [(inout [String: String]) -> Void] {
            var words = whole
            change(&words)
            #expect(try Self.faults(Array(JSONEncoder().encode(words))).count == 1)
        }
    }

    @Test(arguments: ["de", "es", "zh"])
    func `what is said in another language is not said in English`(language: String) throws {
        let english = try Self.words(PackageResources.en_json)
        let words = try Self.words(Self.files.first { $0.language == language }!.file)
        let same = words.filter { $0.value == english[$0.key] }.keys.sorted()
        // Names of things, and words that both languages write alike.
        let alike: Set = [
            "titled", "house", "name", "website", "sentence", "administrator", "errorSign", "errorTitle", "no",
        ]
        #expect(Set(same).subtracting(alike).isEmpty, "\(same)")
    }

    @Test(
        arguments: [
            ("de", "de"), ("DE", "de"), ("de-CH-1996", "de"), ("zh-Hans-CN", "zh"), ("zh-x-private", "zh"),
            ("es-419", "es"),
            ("se", nil), ("", nil), ("*", nil), ("d", nil), ("de_CH", nil), ("english", nil), ("-de", nil),
        ] as [(String, String?)]
    )
    func `a tag is looked up by itself and then by its shorter ones`(tag: String, language: String?) {
        #expect(Catalogues.installed.catalogue(for: tag)?.language == language)
    }

    @Test func `words of one's own stand in for those of the house, and the rest stays`() throws {
        var catalogues = Catalogues.installed
        try catalogues.read("de", Array(#"{"signIn": "Einloggen"}"#.utf8))
        try catalogues.read("fr", Array(#"{"languageName": "Français", "allowQuestion": "Autoriser {name} ?"}"#.utf8))
        #expect(catalogues.languages == ["en", "de", "es", "fr", "zh"])
        let words = { (tag: String, text: Text) in text.words(in: catalogues.catalogue(for: tag)!) }
        #expect(words("de", Text(.signIn)) == "Einloggen")
        #expect(words("de", Text(.signOut)) == "Abmelden")
        #expect(words("fr", Text(.allowQuestion, [.name: "Shop"])) == "Autoriser Shop ?")
        #expect(words("fr", Text(.signOut)) == "Sign out", "a language that is not whole falls back to English")
    }

    @Test(
        arguments: [
            ("{\n  \"signIn\": \"x\",\n  \"sighnIn\": \"x\"\n}", 3, "there is no phrase \"sighnIn\""),
            ("{\n\"allowQuestion\": \"Allow?\"}", 2, "\"allowQuestion\" must have {name}, and no other braces"),
            ("{\"signIn\": \"{name}\"}", 1, "\"signIn\" must have no placeholder, and no other braces"),
            ("{\"signIn\": \"{nobody}\"}", 1, "\"signIn\" must have no placeholder, and no other braces"),
            ("{\"allowQuestion\": \"{name\"}", 1, "\"allowQuestion\" must have {name}, and no other braces"),
            ("{\"allowQuestion\": \"{name}}\"}", 1, "\"allowQuestion\" must have {name}, and no other braces"),
            ("[]", nil, "it must be a JSON object whose members are texts"),
            ("{\"signIn\": 1}", nil, "it must be a JSON object whose members are texts"),
            ("{", nil, "it must be a JSON object whose members are texts"),
        ] as [(String, Int?, String)]
    )
    func `a catalogue that cannot be used says where and why`(file: String, line: Int?, reason: String) {
        var catalogues = Catalogues.installed
        let error = #expect(throws: CatalogueError.self) {
            try catalogues.read("fr", Array(file.utf8))
        }
        #expect(error?.line == line && error?.reason == reason)
    }

    @Test func `an English catalogue that is not whole is none`() {
        let error = #expect(throws: CatalogueError.self) {
            try Catalogue("en", Array("{}".utf8), over: nil)
        }
        #expect(error?.reason == "\"languageName\" is missing")
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
