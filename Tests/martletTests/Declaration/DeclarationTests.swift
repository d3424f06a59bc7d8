import Cryptography
import JOSE
import OAuth
import Provider
import Storage
import TestSupport
import Testing

@testable import martlet

/// What a declarative file may say.
struct DeclarationTests {
    static let secret = "0123456789abcdef0123456789abcdef"
    static let environment = ["SHOP_SECRET": secret, "SHORT": "short"]

    static func read(_ text: String) throws -> Declaration {
        try Declaration(JSONObject.parse(Array(text.utf8)), folder: ".", environment: environment)
    }

    static let whole = """
        {
          "name": "shops",
          "scopes": {"orders:read": "See your orders", "orders:write": "Order in your name"},
          "resources": [{"resource": "https://orders.example", "resource_name": "Orders", "scopes": ["orders:read"]}],
          "policies": {"first-party": {"skip_consent": true, "access_token_lifetime": 600}},
          "clients": [
            {"client_id": "shop", "client_name": "Shop", "client_secret": {"env": "SHOP_SECRET"}, "policy": "first-party",
             "require_pushed_authorization_requests": true, "redirect_uris": ["https://shop.example/callback"],
             "scope": "openid orders:read"},
            {"client_id": "worker", "token_endpoint_auth_method": "client_secret_post", "scope": "orders:write",
             "client_secret": {"env": "SHOP_SECRET"}, "resource_server": true,
             "policy": {"require_pkce": true, "require_par": true}}
          ],
          "settings": {"access-token-lifetime": 3600}
        }
        """

    @Test func `everything that a file has is read`() throws {
        let file = try Self.read(Self.whole)
        #expect(file.manager == "shops" && file.scopes.map(\.token) == ["orders:read", "orders:write"])
        #expect(file.resources.map(\.resource.scope?.description) == ["orders:read"])
        let shop = try #require(file.clients.first?.client)
        #expect(shop.name == "Shop" && shop.authentication == .clientSecretBasic && shop.manager == "shops")
        #expect(shop.grants == [.authorizationCode, .refreshToken] && shop.scope.description == "openid orders:read")
        #expect(shop.policy.skipsConsent && shop.policy.accessTokenLifetime == 600)
        #expect(shop.metadata.requiresPushedRequests && !shop.policy.requiresPushedRequests)
        let worker = try #require(file.clients.last?.client)
        #expect(worker.policy.requiresPushedRequests && !worker.metadata.requiresPushedRequests)
        #expect(worker.grants == [.clientCredentials] && worker.isResourceServer && worker.policy.requiresPKCE)
        #expect(file.settings.map(\.name) == ["access-token-lifetime"] && file.settings.map(\.value) == ["3600"])
    }

    @Test func `a client that asks for tokens at once is declared as it would be registered`() throws {
        let text = """
            {"clients": [{"client_id": "a", "client_secret": {"env": "SHOP_SECRET"}, "redirect_uris": ["https://a.example/"],
                          "response_types": ["token id_token", "code"], "grant_types": ["implicit", "authorization_code"]},
                         {"client_id": "b", "client_secret": {"env": "SHOP_SECRET"}}]}
            """
        let clients = try Self.read(text).clients.map(\.client)
        #expect(clients.map(\.grants) == [[.implicit, .authorizationCode], [.clientCredentials]])
        #expect(clients.map(\.metadata.responseTypes) == [[.code, .idTokenToken], [.code]])
        let onThisMachine = text.replacing("https://a.example/", with: "http://localhost:5000/")
        let error = #expect(throws: DeclarationError.self) { try Self.read(onThisMachine) }
        #expect(error?.description.contains("https URIs of hosts other than localhost") == true)
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let text: String
        let says: String
        var testDescription: String { says }

        init(_ text: String, _ says: String) { (self.text, self.says) = (text, says) }

        /// One client, complete but for what is said here.
        static func client(_ members: String, _ says: String) -> Wrong {
            Wrong(#"{"clients": [{"client_id": "a", "redirect_uris": ["https://a.example/"]"# + members + "}]}", says)
        }
    }

    @Test(arguments: [
        Wrong(#"{"client": []}"#, "client is not known here"),
        Wrong(#"{"clients": {}}"#, "clients must be an array"),
        Wrong(#"{"clients": [1]}"#, "clients[0] must be an object"),
        Wrong(#"{"clients": [{}]}"#, "clients[0].client_id must be a text"),
        Wrong(#"{"clients": [{"client_id": "https://a.example/"}]}"#, "clients[0].client_id must be at most"),
        Wrong(#"{"clients": [{"client_id": "martlet:chat"}]}"#, "clients[0].client_id must be at most"),
        .client("", "clients[0].client_secret is missing"),
        .client(#", "client_secret": "plain text of a secret, which is long""#, "clients[0].client_secret must be {"),
        .client(#", "client_secret": {"env": "NOT_SET"}"#, "names the variable \"NOT_SET\", which is not set"),
        .client(#", "client_secret": {"env": "SHORT"}"#, "must lead to at least 32"),
        .client(#", "client_secret": {"file": "/not/there"}"#, "which is not there"),
        .client(#", "client_secret": {"env": "SHOP_SECRET"}, "colour": 1"#, "clients[0].colour is not known"),
        .client(#", "client_secret": {"env": "SHOP_SECRET"}, "scope": "foo""#, "clients[0].scope has \"foo\""),
        .client(#", "client_secret": {"env": "SHOP_SECRET"}, "grant_types": ["password"]"#, "has \"password\""),
        .client(#", "client_secret": {"env": "SHOP_SECRET"}, "grant_types": ["implicit"]"#, "with authorization_code"),
        .client(
            #", "client_secret": {"env": "SHOP_SECRET"}, "response_types": ["id_token"]"#,
            "grant_types must be an array with implicit"
        ),
        .client(
            #", "client_secret": {"env": "SHOP_SECRET"}, "response_types": ["token"]"#,
            "response_types must be of"
        ),
        .client(#", "client_secret": {"env": "SHOP_SECRET"}, "policy": "core""#, "names \"core\""),
        .client(
            #", "client_secret": {"env": "SHOP_SECRET"}, "policy": {"access_token_lifetime": 1}"#,
            "clients[0].policy: access_token_lifetime must be from 60"
        ),
        .client(#", "client_secret": {"env": "SHOP_SECRET"}, "policy": {"colour": 1}"#, "saw \"colour\""),
        .client(#", "token_endpoint_auth_method": "none", "client_secret": {"env": "SHOP_SECRET"}"#, "is not for none"),
        .client(#", "token_endpoint_auth_method": "private_key_jwt""#, "clients[0] (a): jwks must be"),
        .client(#", "token_endpoint_auth_method": "private_key_jwt", "jwks": {"file": "/not/there"}"#, "is not there"),
        Wrong(
            #"{"clients": [{"client_id": "a", "redirect_uris": ["http://a.example/"], "token_endpoint_auth_method": "none"}]}"#,
            "clients[0] (a): redirect_uris must be"
        ),
        Wrong(
            #"{"clients": [{"client_id": "a", "token_endpoint_auth_method": "none"}]}"#,
            "must not have client_credentials"
        ),
        Wrong(#"{"scopes": {"a b": "x"}}"#, "scopes.a b must be one scope token"),
        Wrong(#"{"scopes": {"openid": "x"}}"#, "scopes.openid is a scope of the server"),
        Wrong(#"{"scopes": {"a": "x\ny"}}"#, "scopes.a must be one line"),
        Wrong(
            #"{"resources": [{"resource": "a", "resource_name": "A"}]}"#,
            "resources[0].resource must be an absolute"
        ),
        Wrong(#"{"resources": [{"resource": "urn:a"}]}"#, "resources[0].resource_name must be a text"),
        Wrong(
            #"{"resources": [{"resource": "urn:a", "resource_name": "A", "scopes": []}]}"#,
            "resources[0].scopes must be"
        ),
        Wrong(#"{"resources": [{"resource": "urn:a", "resource_name": "A", "scopes": ["b"]}]}"#, "has \"b\""),
        Wrong(
            #"{"resources": [{"resource": "urn:a", "resource_name": "A"}, {"resource": "urn:a", "resource_name": "B"}]}"#,
            "resources[1].resource is there twice"
        ),
        Wrong(#"{"policies": {"strict": {}}}"#, "policies.strict is there already"),
        Wrong(#"{"policies": {"p": []}}"#, "policies.p must be an object"),
        Wrong(#"{"settings": {"colour": 1}}"#, "settings.colour is no setting"),
        Wrong(#"{"settings": {"smtp-password": "x"}}"#, "settings.smtp-password is a secret"),
    ])
    func `what is wrong is named by its place, and no secret is shown`(wrong: Wrong) throws {
        let error = #expect(throws: DeclarationError.self) { try Self.read(wrong.text) }
        #expect(error?.description.contains(wrong.says) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(Self.secret) == false)
        #expect(error?.description.contains("plain text of a secret") == false)
    }

    @Test func `a file that is no JSON is told by line and column`() throws {
        let folder = try ScratchFolder()
        try folder.write("{\n  \"clients\": [\n    {,}\n]}", to: "file.json")
        let error = #expect(throws: DeclarationError.self) {
            try Declaration(path: folder.path("file.json"), environment: [:])
        }
        #expect(error?.description.contains("line 3, column 6") == true, "\(error?.description ?? "")")
    }

    @Test func `the file of a secret is for its owner alone`() throws {
        let folder = try ScratchFolder()
        try folder.write(Self.secret + "\n", to: "secret")
        let text = #"{"clients": [{"client_id": "a", "client_secret": {"file": "\#(folder.path("secret"))"}}]}"#
        #expect(try Self.read(text).clients.first?.secret == Self.secret)
        try folder.open("secret")
        let error = #expect(throws: DeclarationError.self) { try Self.read(text) }
        #expect(error?.description.contains("chmod 600") == true)
    }
}
