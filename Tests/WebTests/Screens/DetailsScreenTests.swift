import Accounts
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Web

/// What people say of themselves, and who is told.
struct DetailsScreenTests {
    private static let page = "/account/details"

    private static func signedIn(_ claims: JSONObject = [:]) async throws -> (app: RelyingParty, browser: TestBrowser) {
        let server = try await TestServer()
        try await server.person("ada") { $0.claims = PersonalClaims(recorded: claims) }
        let browser = TestBrowser(server)
        try await browser.signIn("ada")
        return (try await RelyingParty(server), browser)
    }

    private static func told(_ app: RelyingParty, _ browser: TestBrowser, _ scope: String) async throws -> TestReply {
        let tokens = try await app.redeem(app.authorize(browser, ["scope": scope]))
        return try await app.userinfo(tokens["access_token"] ?? "")
    }

    @Test func `what is saved is what an application is told, by its scope`() async throws {
        let (app, browser) = try await Self.signedIn()
        for (group, form) in [
            ("profile", ["given_name": " Ada ", "birthdate": "1815-12-10", "website": "https://ada.example"]),
            ("address", ["locality": "London", "country": "UK"]), ("phone", ["phone_number": "+44 1632 960000"]),
        ] as [(String, TestForm)] {
            let reply = try await browser.submit("\(Self.page)/\(group)", on: Self.page, form)
            #expect(reply.location == "/account/details?done=details-saved")
        }
        let shown = try await browser.get("/account/details?done=details-saved").text
        for value in ["Ada", "1815-12-10", "London", "+44 1632 960000"] {
            #expect(shown.contains("value=\"\(value)\""))
        }
        #expect(shown.contains("Your details were saved."))

        let all = try await Self.told(app, browser, "openid profile address phone").json
        #expect(all?["given_name"] == "Ada" && all?["birthdate"] == "1815-12-10")
        #expect(all?["address"] == ["locality": "London", "country": "UK"])
        #expect(all?["phone_number"] == "+44 1632 960000" && all?["phone_number_verified"] == false)
        let little = try await Self.told(app, browser, "openid phone").json
        #expect(little?["given_name"] == nil && little?["address"] == nil && little?["phone_number"] != nil)
    }

    @Test func `what is not as it must be is told beside its field, and nothing is saved`() async throws {
        let (_, browser) = try await Self.signedIn(["given_name": "Ada", "nickname": "ada"])
        let bad: TestForm = ["given_name": "Augusta", "birthdate": "10.12.1815", "website": "javascript:alert(1)"]
        let reply = try await browser.submit("\(Self.page)/profile", on: Self.page, bad)
        #expect(reply.status == 422)
        for text in ["Augusta", "10.12.1815", "javascript:alert(1)"] {
            #expect(reply.text.contains("value=\"\(text)\""))
        }
        #expect(reply.text.contains("<a href=\"#birthdate\">") && reply.text.contains("<a href=\"#website\">"))
        let shown = try await browser.get(Self.page).text
        #expect(shown.contains("value=\"Ada\"") && shown.contains("value=\"ada\"") && !shown.contains("1815"))
    }

    @Test func `a form leaves the other groups alone, and an empty field takes its claim away`() async throws {
        let claims: JSONObject = [
            "nickname": "ada", "phone_number": "+441632960000",
            "address": ["formatted": "12 Square\nLondon", "street_address": "12 Square", "country": "UK"],
        ]
        let (app, browser) = try await Self.signedIn(claims)
        _ = try await browser.submit("\(Self.page)/phone", on: Self.page, ["phone_number": ""])
        var told = try await Self.told(app, browser, "openid profile address phone").json
        #expect(told?["phone_number"] == nil && told?["phone_number_verified"] == nil && told?["nickname"] == "ada")
        #expect(told?["address"] == claims["address"])
        let moved: TestForm = ["street_address": "5 Lane", "country": "UK"]
        _ = try await browser.submit("\(Self.page)/address", on: Self.page, moved)
        told = try await Self.told(app, browser, "openid address").json
        #expect(
            told?["address"] == ["street_address": "5 Lane", "country": "UK"],
            "the text of the old address is gone"
        )
    }

    @Test func `only the person sees the page`() async throws {
        let (_, browser) = try await Self.signedIn(["nickname": "\"><script>"])
        #expect(!(try await browser.get(Self.page).text.contains("<script>")))
        browser.set("__Host-martlet", to: nil)
        #expect(try await browser.get(Self.page).location?.hasPrefix("/sign-in?return=/account/details&") == true)
    }
}
