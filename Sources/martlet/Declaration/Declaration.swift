import JOSE
import OAuth
import Provider
import Storage

/// A declarative file: what the operator wants to be there.
struct Declaration: Sendable {
    /// What clients, resources and scopes of this file are marked with.
    let manager: String
    let scopes: [DeclaredScope]
    let resources: [DeclaredResource]
    let clients: [DeclaredClient]
    /// Settings by name that the server is to have; they are compared, not set.
    let settings: [(name: String, value: String)]

    private static let members = ["name", "scopes", "resources", "policies", "clients", "settings"]
    private static let limits = JSONLimits(size: 1 << 20, depth: 32, members: 4096)

    /// Reads the file at `path`. Throws `DeclarationError` and `ConfigurationError`.
    init(path: String, environment: [String: String]) throws {
        guard let file = try PlainFile(path, of: "declarations") else {
            throw DeclarationError(path, "is not there")
        }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        do {
            try self.init(Self.parse(file.bytes), folder: folder, environment: environment)
        } catch let error as DeclarationError {
            throw DeclarationError("\(path):", error.description)
        }
    }

    /// `folder` is where paths in the file begin.
    init(_ json: JSONObject, folder: String, environment: [String: String]) throws {
        let reader = DeclarationReader(json, at: "")
        try reader.refuseUnknown(Self.members)
        let manager = json["name"] == nil ? "default" : try reader.line("name")
        let scopes = try Self.scopes(reader, manager)
        let settings = Settings(issuer: "")
        let known = Scope(tokens: settings.supportedScopes.tokens + scopes.map(\.token))
        (self.manager, self.scopes) = (manager, scopes)
        resources = try Self.resources(reader, manager, known)
        let context = DeclaredClient.Context(
            manager: manager,
            scope: known,
            policies: try Self.policies(reader),
            environment: environment,
            folder: folder
        )
        clients = try reader.objects("clients").map { try DeclaredClient($0.json, at: $0.place, context) }
        self.settings = try Self.settings(reader)
        try Self.refuseTwice(clients.map(\.client.id.description), "clients", "client_id")
        try Self.refuseTwice(resources.map(\.resource.id.description), "resources", "resource")
    }

    /// The names of all that it declares.
    var names: DeclaredNames {
        var names = DeclaredNames(manager: manager)
        names.clients = clients.map(\.client.id)
        names.resources = resources.map(\.resource.id)
        names.scopes = scopes.map(\.token)
        return names
    }

    private static func parse(_ bytes: [UInt8]) throws -> JSONObject {
        do throws(JSONError) {
            return try JSONObject.parse(bytes, limits: limits)
        } catch {
            guard let offset = error.offset else { throw DeclarationError("", "must be a JSON object") }
            let before = bytes.prefix(offset)
            let line = before.count { $0 == 0x0A } + 1
            let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
            throw DeclarationError("line \(line), column \(column):", "no JSON (\(error.code.rawValue))")
        }
    }

    private static func scopes(_ reader: DeclarationReader, _ manager: String) throws -> [DeclaredScope] {
        let own = Settings(issuer: "").supportedScopes
        return try reader.members("scopes").map { member in
            let place = DeclarationReader([member.name: member.value], at: "scopes")
            guard let scope = try? Scope(member.name), scope.tokens == [member.name] else {
                throw place.problem(member.name, "must be one scope token (RFC 6749 §3.3)")
            }
            guard !own.contains(member.name) else {
                throw place.problem(member.name, "is a scope of the server itself")
            }
            return DeclaredScope(token: member.name, words: try place.line(member.name), manager: manager)
        }
    }

    private static func resources(
        _ reader: DeclarationReader,
        _ manager: String,
        _ known: Scope
    ) throws -> [DeclaredResource] {
        try reader.objects("resources").map { json, place in
            let reader = DeclarationReader(json, at: place)
            try reader.refuseUnknown(["resource", "resource_name", "scopes"])
            guard let id = ResourceIndicator(try reader.requiredText("resource")) else {
                throw reader.problem("resource", "must be an absolute URI without fragment (RFC 8707 §2)")
            }
            let tokens = json["scopes"]?.stringsValue
            guard json["scopes"] == nil || tokens?.isEmpty == false else {
                throw reader.problem("scopes", "must be an array of scope tokens, or left out")
            }
            if let unknown = tokens?.first(where: { !known.contains($0) }) {
                throw reader.problem(
                    "scopes",
                    "has \(unknown.quoted), which is neither a scope of the server nor one of \"scopes\""
                )
            }
            let resource = ProtectedResource(
                id: id,
                name: try reader.line("resource_name"),
                scope: tokens.map { Scope(tokens: $0) }
            )
            return DeclaredResource(resource: resource, manager: manager)
        }
    }

    private static func policies(_ reader: DeclarationReader) throws -> [String: ClientPolicy] {
        var policies = ClientPolicy.named
        for member in try reader.members("policies") {
            let place = "policies.\(member.name)"
            guard ClientPolicy.named[member.name] == nil else {
                throw DeclarationError(place, "is there already; take another name")
            }
            policies[member.name] = try ClientPolicy(declared: member.value, at: place)
        }
        return policies
    }

    private static func settings(_ reader: DeclarationReader) throws -> [(name: String, value: String)] {
        try reader.members("settings").map { member in
            let option = ConfigurationOption.all.first { $0.name == member.name }
            let place = "settings.\(member.name)"
            guard let option else {
                throw DeclarationError(place, "is no setting of martlet; `martlet options` lists them")
            }
            guard !option.isSecret else { throw DeclarationError(place, "is a secret: it is never in the file") }
            switch member.value {
            case .string(let text): return (option.name, text)
            case .integer(let number): return (option.name, "\(number)")
            case .bool(let isOn): return (option.name, isOn ? "on" : "off")
            default: throw DeclarationError(place, "must be a string, a number or a boolean")
            }
        }
    }

    private static func refuseTwice(_ names: [String], _ list: String, _ member: String) throws {
        var seen: Set<String> = []
        if let twice = names.firstIndex(where: { !seen.insert($0).inserted }) {
            throw DeclarationError("\(list)[\(twice)].\(member)", "is there twice: \(names[twice])")
        }
    }
}
