import JOSE
import Testing

@testable import Accounts

struct PersonalClaimsTests {
    @Test(
        arguments: [
            (.givenName, "Ada", true), (.givenName, String(repeating: "ä", count: 200), true),
            (.givenName, String(repeating: "a", count: 201), false), (.givenName, "A\u{0}da", false),
            (.nickname, "a\u{202E}da", false), (.nickname, "a\nb", false), (.gender, "female", true),
            (.website, "https://ada.example/x?y=1#z", true), (.website, "http://[::1]/", true),
            (.website, "javascript:alert(1)", false), (.website, "https://", false), (.website, "ada.example", false),
            (.website, "https://ada.example/\"><script>", false), (.picture, "https://a b.example", false),
            (.profile, "https://" + String(repeating: "a", count: 1017), false), (.birthdate, "1990-05-17", true),
            (.birthdate, "1990", true), (.birthdate, "0000-02-29", true), (.birthdate, "1900-02-29", false),
            (.birthdate, "2000-02-29", true), (.birthdate, "1990-13-01", false), (.birthdate, "1990-04-31", false),
            (.birthdate, "1990-00-10", false), (.birthdate, "0000", false), (.birthdate, "17.5.1990", false),
            (.birthdate, "1990-5-17", false), (.birthdate, "1990-05", false), (.zoneinfo, "Europe/Madrid", true),
            (.zoneinfo, "Etc/GMT+5", true), (.zoneinfo, "../../etc/passwd", false), (.zoneinfo, "/etc", false),
            (.locale, "en-US", true), (.locale, "zh-Hant-TW", true), (.locale, "e", false), (.locale, "en_US", false),
            (.locale, "en-", false), (.locale, "-en", false), (.phoneNumber, "+1 (604) 555-1234", true),
            (.phoneNumber, "+12345", false), (.phoneNumber, "604 555 1234", false),
            (.phoneNumber, "+1234567890123456", false), (.phoneNumber, "+1 604 555 1234 x", false),
        ] as [(PersonalClaims.Name, String, Bool)]
    )
    func `a text is taken as its claim wants it, or refused`(
        name: PersonalClaims.Name,
        text: String,
        isTaken: Bool
    ) throws {
        var claims = PersonalClaims(recorded: [:])
        if isTaken {
            try claims.set(name, to: "  \(text) ")
            #expect(claims[name] == text && claims.json.names == [name.rawValue])
            try claims.set(name, to: "  ")
            #expect(claims[name] == nil && claims.json.names.isEmpty)
        } else {
            #expect(throws: name.rule) { try claims.set(name, to: text) }
            #expect(claims.json.names.isEmpty)
        }
    }

    @Test func `an address is there while it has a part`() throws {
        var claims = PersonalClaims(recorded: ["nickname": "ada"])
        try claims.set(.streetAddress, to: "St James's Square 12\n2nd floor")
        try claims.set(.country, to: "UK")
        #expect(claims.json["address"]?.objectValue?.names == ["street_address", "country"])
        #expect(throws: PersonalClaims.Rule.text) { try claims.set(.country, to: "U\nK") }
        for part in [PersonalClaims.AddressPart.streetAddress, .country] { try claims.set(part, to: "") }
        #expect(claims.json == ["nickname": "ada"])
    }

    @Test(
        arguments: [
            (["sub": "x"], "sub", nil), (["email": "x"], "email", nil), (["nickname": 1], "nickname", nil),
            (["phone_number_verified": true], "phone_number_verified", nil), (["locale": "x"], "locale", .languageTag),
            (["address": "x"], "address", nil), (["address": ["street": "x"]], "address.street", nil),
            (["address": ["country": ["x"]]], "address.country", nil),
            (["address": ["region": "a\u{7}"]], "address.region", .text),
        ] as [(JSONObject, String, PersonalClaims.Rule?)]
    )
    func `an object with anything else is refused by the path of the member`(
        object: JSONObject,
        path: String,
        rule: PersonalClaims.Rule?
    ) {
        #expect(throws: PersonalClaims.Misfit(path: path, rule: rule)) { try PersonalClaims(object) }
    }

    @Test func `an object of good ones is taken whole`() throws {
        let object: JSONObject = [
            "given_name": "Ada", "birthdate": "1815-12-10", "address": ["formatted": "St James's Square\nLondon"],
        ]
        #expect(try PersonalClaims(object).json == object)
    }
}
