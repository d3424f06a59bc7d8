import Accounts
import HTTPTypes
import JOSE
import TestSupport
import Testing

@testable import Web

/// Keys, friends, and the users table.
struct ListScreenTests {
    private func signedIn(_ change: (inout Account) -> Void = { _ in }) async throws -> (TestServer, TestBrowser) {
        let server = try await TestServer()
        try await server.person("ada", change)
        let browser = TestBrowser(server)
        try await browser.signIn("ada")
        return (server, browser)
    }

    private func withKey(_ account: inout Account) throws {
        let key = try TestKey.known()
        account.keys = try RegisteredKey.all(in: key.hexadecimal).map {
            AccountKey(thumbprint: $0.thumbprint, registeredForm: $0.form)
        }
    }

    @Test func `a key is shown by its thumbprint and removed`() async throws {
        var shown: Account?
        let (_, browser) = try await signedIn {
            try? withKey(&$0)
            shown = $0
        }
        let thumbprint = try #require(shown?.keys.first?.thumbprint)
        let page = try await browser.get("/account/keys")
        #expect(page.text.contains(thumbprint))
        #expect(page.text.contains("P-256"))
        let reply = try await browser.submit("/account/keys/remove", on: "/account/keys", ["key": thumbprint])
        #expect(reply.location == "/account/keys?done=key-removed")
        #expect(try await browser.get("/account/keys").text.contains("Your account has no keys."))
        #expect(
            try await browser.submit("/account/keys/remove", on: "/account/keys", ["key": thumbprint]).status == 404
        )
    }

    @Test func `nobody removes the key of another`() async throws {
        let (server, ada) = try await signedIn { try? withKey(&$0) }
        try await server.person("eve")
        let eve = TestBrowser(server)
        try await eve.signIn("eve")
        let key = try #require(try await ada.get("/account/keys").attribute(after: "name=\"key\" value=\""))
        #expect(try await eve.submit("/account/keys/remove", on: "/account/keys", ["key": key]).status == 404)
        #expect(try await ada.get("/account/keys").text.contains(key))
    }

    @Test func `the last thing that an account can prove itself with stays`() async throws {
        let server = try await TestServer()
        let key = try TestKey.known()
        let id = Account.ID(try await server.provider.register(key))
        let removal = KeyRemoval(accounts: server.provider.accounts, now: server.provider.clock.now)
        let account = try #require(try await server.provider.accounts.account(.id(id)))
        #expect(try await removal.remove(account.keys[0].thumbprint, from: id) == .lastCredential)
        #expect(try await server.provider.accounts.account(.id(id))?.keys.count == 1)
    }

    @Test(arguments: ["bob", "bob@example.org"])
    func `friends are made by name or address, for both, and parted for both`(name: String) async throws {
        let (server, ada) = try await signedIn()
        let account = try await server.person("bob")
        let bob = TestBrowser(server)
        try await bob.signIn("bob")
        let added = try await ada.submit("/account/friends", on: "/account/friends", ["friend": name])
        #expect(added.location == "/account/friends?done=friend-added")
        #expect(try await bob.get("/account/friends").text.contains("ada Example"))
        let form: TestForm = ["friend": account.id.description]
        let removed = try await ada.submit("/account/friends/remove", on: "/account/friends", form)
        #expect(removed.location == "/account/friends?done=friend-removed")
        #expect(try await bob.get("/account/friends").text.contains("You have no friends here yet."))
    }

    @Test(arguments: [("nobody", "Nobody here"), ("ada", "This is you."), ("", "Nobody here"), ("<b>", "Nobody here")])
    func `who cannot be a friend is not added`(name: String, text: String) async throws {
        let (_, browser) = try await signedIn()
        let reply = try await browser.submit("/account/friends", on: "/account/friends", ["friend": name])
        #expect(reply.status == 422)
        #expect(reply.text.contains(text))
        #expect(!reply.text.contains("<b>"))
    }

    @Test func `a blocked account is as unknown as one that never was`() async throws {
        let (server, browser) = try await signedIn()
        let bob = try await server.person("bob")
        try await server.provider.block(bob.id.description)
        let reply = try await browser.submit("/account/friends", on: "/account/friends", ["friend": "bob"])
        #expect(reply.status == 422)
        #expect(reply.text.contains("Nobody here"))
    }

    @Test func `an administrator searches the users and turns pages`() async throws {
        let (server, browser) = try await signedIn { $0.roles = [.admin] }
        for index in 0..<27 { try await server.person("user-\(index)") }
        let first = try await browser.get("/admin/users")
        #expect(first.text.contains("28 accounts"))
        #expect(first.text.contains(">user-0 Example<"))
        #expect(!first.text.contains(">user-26 Example<"))
        let next = try #require(first.attribute(after: "<li><a href=\"/admin/users?"))
        let second = try await browser.get("/admin/users?\(next)")
        #expect(second.text.contains(">user-26 Example<"))
        #expect(second.text.contains("First page"))
        #expect(!second.text.contains("Next page"))
        let found = try await browser.get("/admin/users?search=user-13%20")
        #expect(found.text.contains(">user-13 Example<"))
        #expect(!found.text.contains(">user-1 Example<"))
    }

    @Test(arguments: ["%25%25%25", "%27%20OR%201=1--", "%3Cscript%3E", "%00", "nobody"])
    func `a search that finds nobody says so and stays text`(search: String) async throws {
        let (_, browser) = try await signedIn { $0.roles = [.admin] }
        let page = try await browser.get("/admin/users?search=\(search)&after=%27--")
        #expect(page.status == 200)
        #expect(page.text.contains("No account matches."))
        #expect(!page.text.contains("<script"))
    }

    @Test func `an administrator looks at one account`() async throws {
        let (server, browser) = try await signedIn { $0.roles = [.admin] }
        let bob = try await server.person("bob")
        let page = try await browser.get("/admin/users/\(bob.id)")
        #expect(page.status == 200)
        #expect(page.text.contains("bob@example.org (confirmed)"))
        #expect(try await browser.get("/admin/users/nobody").status == 404)
    }

    @Test func `to everybody else there is nothing there`() async throws {
        let (server, browser) = try await signedIn()
        let bob = try await server.person("bob")
        for path in ["/admin/users", "/admin/users/\(bob.id)", "/admin/users/nobody"] {
            let reply = try await browser.get(path)
            #expect(reply.status == 404)
            #expect(reply.text.contains("There is nothing here"))
            #expect(try await TestBrowser(server).get(path).status == 303)
        }
    }
}
