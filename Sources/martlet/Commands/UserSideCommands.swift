import ArgumentParser
import Cryptography
import JOSE

/// Which server, and which key: what the user's commands share.
struct UserOptions: ParsableArguments {
    @Option(help: "The issuer URL of the server.")
    var server = "http://127.0.0.1:8080"
    @Option(help: "A PEM file of the authorities to trust in place of the system's.")
    var ca: String?
    @Option(help: "The file of the private key.")
    var key = "./martlet-key.pem"
    @Flag(help: "Print JSON.")
    var json = false
}

/// `martlet register`: get an account with a key of one's own.
struct Register: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a key, verify an email address, and register both with a server.",
        discussion: "Example: martlet register --email ada@example.com --name \"Ada Lovelace\""
    )

    @Option(help: "The email address.")
    var email: String
    @Option(help: "The display name.")
    var name: String
    @Option(help: "p256 or secp256k1.")
    var curve = "p256"
    @Flag(help: "Follow the verification link that a development server shows, instead of waiting for the mail.")
    var followLink = false
    @OptionGroup var options: UserOptions

    func run() async throws {
        try await CommandFailure.explained {
            let curves: [String: Curve] = ["p256": .p256, "secp256k1": .secp256k1]
            guard let curve = curves[curve] else { throw CommandFailure("--curve must be p256 or secp256k1") }
            let server = try await RemoteServer(options.server, caFile: options.ca)
            let key = try UserKey.readOrMake(curve, at: options.key)
            let asked = try await server.post("/api/send-verification", json: ["email": .string(email)])
            try await verify(at: server, link: asked["verification_url"]?.stringValue)
            var request: JSONObject = [
                "email": .string(email), "name": .string(name), "public_key": .string(key.hexadecimal),
            ]
            request["registration_token"] = asked["registration_token"]
            let reply = try await server.post("/api/register", json: .object(request))
            report(reply["user_id"]?.stringValue ?? "", key)
        }
    }

    private func verify(at server: RemoteServer, link: String?) async throws {
        if followLink {
            guard let link else {
                throw CommandFailure(
                    "the server does not show its links; leave --follow-link out and open the one in the mail"
                )
            }
            try await server.get(link)
            return Terminal.progress("Followed the verification link.")
        }
        Terminal.progress("A mail is on its way to \(email). Open its link; this command waits.")
        if let link { Terminal.progress("(A development server shows the link: \(link))") }
        let dots = Task {
            while (try? await Task.sleep(for: .seconds(20))) != nil {
                Terminal.progress("Still waiting for the link to be opened …")
            }
        }
        defer { dots.cancel() }
        try await server.waitForVerification(of: email)
        Terminal.progress("The address is verified.")
    }

    private func report(_ id: String, _ key: UserKey) {
        if options.json {
            return Terminal.print([
                "user_id": .string(id), "client_id": .string(key.clientID), "key_file": .string(options.key),
            ])
        }
        print("Registered \(email) as \(id).")
        print("Your client_id is \(key.clientID).")
    }
}

/// `martlet token`: prove possession of the key, get an access token.
struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer the server's challenge with your key and print an access token.",
        discussion: "Example: martlet token --scope \"openid profile\""
    )

    @Option(help: "The scope to ask for; all that the key may have when left out.")
    var scope: String?
    @OptionGroup var options: UserOptions

    func run() async throws {
        try await CommandFailure.explained {
            let server = try await RemoteServer(options.server, caFile: options.ca)
            let reply = try await server.token(for: try UserKey.read(options.key), scope: scope)
            if options.json { return Terminal.print(.object(reply)) }
            print(reply["access_token"]?.stringValue ?? "")
        }
    }
}

/// `martlet userinfo`: who does the server say I am?
struct UserInfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "userinfo",
        abstract: "Print what the server says of your account.",
        discussion: "Example: martlet userinfo"
    )

    @Option(help: "An access token; one is fetched with your key when this is left out.")
    var token: String?
    @OptionGroup var options: UserOptions

    func run() async throws {
        try await CommandFailure.explained {
            let server = try await RemoteServer(options.server, caFile: options.ca)
            let info = try await server.userInfo(token: try await accessToken(of: server))
            if options.json { return Terminal.print(.object(info)) }
            let width = info.names.map(\.count).max() ?? 0
            for member in info.members {
                let value = member.value.stringValue ?? String(decoding: member.value.encoded(), as: UTF8.self)
                print(member.name + String(repeating: " ", count: width - member.name.count + 2) + value)
            }
        }
    }

    private func accessToken(of server: RemoteServer) async throws -> String {
        if let token { return token }
        let reply = try await server.token(for: try UserKey.read(options.key), scope: nil)
        return reply["access_token"]?.stringValue ?? ""
    }
}
