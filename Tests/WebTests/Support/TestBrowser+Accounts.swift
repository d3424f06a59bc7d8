import HTTPTypes
import TestSupport

@testable import Web

extension TestBrowser {
    /// Signs in, whoever is signed in already.
    @discardableResult
    func enter(_ username: String, _ more: TestForm = [:]) async throws -> TestReply {
        let form: TestForm = ["username": username, "password": TestBrowser.password]
        return try await submit("/sign-in", on: "/sign-in?again=yes", form + more)
    }

    /// Chooses the account of the person with this username.
    @discardableResult
    func choose(_ username: String) async throws -> TestReply {
        try await post("/accounts/choose", get("/accounts").choiceForm("\(username) Example"))
    }

    /// The username of whom the pages are; nil when they are nobody's.
    var user: String? {
        get async throws {
            let page = try await get("/account")
            return page.attribute(after: "name=\"username\" value=\"").map { $0 }
        }
    }
}

extension TestReply {
    /// The accounts to choose from.
    var choices: [(session: String, name: String)] {
        text.split(separator: "action=\"/accounts/choose\"").dropFirst().map { part in
            let cut = TestReply.part(String(part))
            return (cut("name=\"session\" value=\"", "\""), cut("class=\"secondary\" type=\"submit\">", "<"))
        }
    }

    /// The form that chooses the account with this name.
    func choiceForm(_ name: String) -> TestForm {
        let form = text.split(separator: "action=\"/accounts/choose\"").dropFirst().first { $0.contains(">\(name)<") }
        let cut = TestReply.part(String(form ?? ""))
        let value = { (name: String) in cut("name=\"\(name)\" value=\"", "\"").replacing("&amp;", with: "&") }
        var sent: TestForm = ["form_token": value("form_token"), "session": value("session")]
        for name in ["hint", "return"] where !value(name).isEmpty { sent = sent.setting(name, to: value(name)) }
        return sent
    }

    private static func part(_ text: String) -> (String, Character) -> String {
        { marker, end in
            text.firstRange(of: marker).map { String(text[$0.upperBound...].prefix { $0 != end }) } ?? ""
        }
    }

    var setCookies: [String] { fields[values: .setCookie] }

    func setCookie(_ name: String) -> String? { setCookies.last { $0.hasPrefix(name + "=") } }
}
