import ArgumentParser
import Cryptography
import FoundationEssentials
import JOSE
import OAuth
import Provider
import Storage

/// `martlet clients`: the registered applications.
struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract: "Add, list and remove client applications.",
        subcommands: [Add.self, List.self, Remove.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register a client. Its secret, if it has one, is printed once.",
            discussion: """
                Examples:
                  martlet clients add --name worker --auth client_secret_basic --scope "jobs:read jobs:write"
                  martlet clients add --name gateway --auth private_key_jwt --jwks gateway.jwks.json --resource-server
                  martlet clients add --name shop --redirect-uri https://shop.example/callback
                  martlet clients add --name tool --auth none --native --redirect-uri http://127.0.0.1/callback
                """
        )

        @Option(help: "What people call it.")
        var name: String
        @Option(help: "client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt or none.")
        var auth = "client_secret_basic"
        @Option(help: "A file with the JWK Set of its public keys, for private_key_jwt.")
        var jwks: String?
        @Option(help: "All the scope that it may have, separated by spaces.")
        var scope = ""
        @OptionGroup var signIn: SignInOptions
        @Flag(help: "It may introspect every token.")
        var resourceServer = false
        @Flag(help: "Its assertions must carry a challenge of the server.")
        var mustAnswerChallenge = false
        @OptionGroup var folders: FolderOptions
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await CommandFailure.explained {
                guard let method = ClientAuthenticationMethod(rawValue: auth) else {
                    throw CommandFailure("--auth must be one of: \(ClientAuthenticationMethod.names)")
                }
                let id = Client.ID(ULID(milliseconds: SystemClock.now().milliseconds, random: SystemRandom()).string)
                let (credential, secret) = try await credential(for: method, id: id)
                var client = Client(
                    id: id,
                    name: name,
                    authentication: method,
                    credential: credential,
                    scope: try parsedScope()
                )
                client.mustAnswerChallenge = mustAnswerChallenge
                client.isResourceServer = resourceServer
                try signIn.complete(&client)
                let added = client
                try await Administration.withStores(folders, create: true) {
                    try await $0.clients.add(added, at: SystemClock.now())
                }
                report(added, secret: secret)
            }
        }

        private func parsedScope() throws -> Scope {
            do {
                return try Scope(scope.isEmpty && signIn.isUsed ? SignInOptions.usualScope : scope)
            } catch {
                throw CommandFailure("--scope must be scope tokens separated by spaces (RFC 6749 §3.3)")
            }
        }

        private func credential(
            for method: ClientAuthenticationMethod,
            id: Client.ID
        ) async throws -> (Client.Credential, secret: String?) {
            if method == .none { return (.none, nil) }
            if method == .privateKeyJWT { return (.keys(try keySet()), nil) }
            let secret = "martlet_cs_" + Base64URL.encode(SystemRandom().bytes(32))
            guard method == .clientSecretJWT else { return (.secretDigest(Hash.digest(secret)), secret) }
            let keys = try await Administration.keyFolder(folders)
                .prepare(random: SystemRandom())
            return (.sealedSecret(try keys.sealing.seal(Array(secret.utf8), for: id, random: SystemRandom())), secret)
        }

        private func keySet() throws -> JWKSet {
            guard let jwks else {
                throw CommandFailure("private_key_jwt needs --jwks FILE with the client's public keys")
            }
            guard let bytes = FileManager.default.contents(atPath: jwks) else {
                throw CommandFailure("\(jwks) cannot be read")
            }
            do {
                let keys = try JWKSet(json: try JSONObject.parse(Array(bytes)), unusable: .refused)
                guard !keys.keys.isEmpty else { throw CommandFailure("\(jwks) holds no key") }
                return keys
            } catch {
                throw CommandFailure("\(jwks) is not a set of public keys: \(error)")
            }
        }

        private func report(_ client: Client, secret: String?) {
            if json {
                var answer: JSONObject = ["client_id": .string(client.id.description), "name": .string(client.name)]
                if let secret { answer["client_secret"] = .string(secret) }
                return Terminal.print(.object(answer))
            }
            print("client_id      \(client.id)")
            if let secret { print("client_secret  \(secret)   (shown this once)") }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the clients.",
            discussion: "Example: martlet clients list --json"
        )

        @OptionGroup var folders: FolderOptions
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await CommandFailure.explained {
                let clients = try await Administration.withStores(folders) { try $0.clients.clients() }
                if json { return Terminal.print(.array(clients.map(\.json))) }
                Terminal.print(
                    clients.map { [$0.id.description, $0.name, $0.authentication.rawValue, $0.scope.description] },
                    header: ["CLIENT ID", "NAME", "AUTHENTICATION", "SCOPE"]
                )
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a client. It gets no more tokens; those it has live until they expire.",
            discussion: "Example: martlet clients remove 01KB2M3N4P5Q6R7S8T9V0W1X2Y"
        )

        @Argument(help: "Its client_id.")
        var id: String
        @OptionGroup var folders: FolderOptions

        func run() async throws {
            try await CommandFailure.explained {
                guard try await Administration.withStores(folders, { try await $0.clients.remove(Client.ID(id)) })
                else {
                    throw CommandFailure("there is no client \(id); `martlet clients list` shows them")
                }
                print("removed \(id)")
            }
        }
    }
}

extension ClientAuthenticationMethod {
    fileprivate static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

extension Client {
    fileprivate var json: JSON {
        [
            "client_id": .string(id.description), "name": .string(name),
            "token_endpoint_auth_method": .string(authentication.rawValue), "scope": .string(scope.description),
            "resource_server": .bool(isResourceServer), "must_answer_challenge": .bool(mustAnswerChallenge),
            "redirect_uris": .strings(metadata.redirectURIs.map(\.description)),
        ]
    }
}
