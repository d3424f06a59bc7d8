import JOSE
import OAuth
import Provider

extension LiveToken: SharedRead {
    static var kind: StaticString { "live-token" }
    var rows: ReadRows { live.rows }

    func isAlive(at now: Timestamp) -> Bool {
        now < expiry && live.isAlive(at: now)
    }

    var json: JSON { ["live": live.json, "expiry": .integer(expiry.milliseconds)] }

    init?(_ json: JSON?) {
        guard let object = json?.objectValue, let live = LiveSession(object["live"]),
            let expiry = Timestamp(object["expiry"])
        else { return nil }
        self.init(live: live, expiry: expiry)
    }
}

extension LiveSession: SharedRead {
    static var kind: StaticString { "live-session" }
    var rows: ReadRows { ReadRows(account: subject.id.description, session: session.id.description) }
    var expiry: Timestamp { session.expiry }

    func isAlive(at now: Timestamp) -> Bool {
        session.isAlive(at: now)
    }

    var json: JSON { ["session": session.json, "subject": subject.json] }

    init?(_ json: JSON?) {
        guard let object = json?.objectValue, let session = Session(object["session"]),
            let subject = Subject(object["subject"])
        else { return nil }
        self.init(session: session, subject: subject)
    }
}

extension Session {
    fileprivate var json: JSON {
        [
            "id": .string(id.description), "subject": .string(subject.description),
            "client": .string(client.description), "started": .integer(startedAt.milliseconds),
            "seen": .integer(lastSeenAt.milliseconds), "expiry": .integer(expiry.milliseconds),
            "idle": .integer(idleLimit), "remembered": .bool(isRemembered), "address": .string(address),
            "agent": .string(userAgent), "grant": grant?.json ?? .null,
        ]
    }

    fileprivate init?(_ json: JSON?) {
        guard let object = json?.objectValue, let id = object["id"]?.stringValue,
            let subject = object["subject"]?.stringValue, let client = object["client"]?.stringValue,
            let startedAt = Timestamp(object["started"]), let lastSeenAt = Timestamp(object["seen"]),
            let expiry = Timestamp(object["expiry"]), let idleLimit = object["idle"]?.integerValue,
            let isRemembered = object["remembered"]?.boolValue, let address = object["address"]?.stringValue,
            let userAgent = object["agent"]?.stringValue
        else { return nil }
        self.init(
            id: ID(id),
            subject: Subject.ID(subject),
            client: Client.ID(client),
            times: SessionTimes(startedAt: startedAt, lastSeenAt: lastSeenAt, expiry: expiry, idleLimit: idleLimit),
            isRemembered: isRemembered,
            origin: SessionOrigin(address: address, userAgent: userAgent),
            grant: SessionGrant(object["grant"])
        )
    }
}

extension SessionGrant {
    fileprivate var json: JSON {
        [
            "browser": .string(browser.description), "authenticated": .integer(authenticatedAt.milliseconds),
            "scope": .string(scope.description), "claims": .object(claims.json),
            "resources": .string(resources.text ?? ""), "offline": .bool(isOffline),
        ]
    }

    fileprivate init?(_ json: JSON?) {
        guard let object = json?.objectValue, let browser = object["browser"]?.stringValue,
            let authenticatedAt = Timestamp(object["authenticated"]), let text = object["scope"]?.stringValue,
            let scope = try? Scope(text), let claims = object["claims"]?.objectValue,
            let named = object["resources"]?.stringValue, let resources = [ResourceIndicator](text: named),
            let isOffline = object["offline"]?.boolValue
        else { return nil }
        self.init(
            browser: Session.ID(browser),
            authenticatedAt: authenticatedAt,
            scope: scope,
            claims: ClaimsRequest(json: claims),
            resources: resources,
            isOffline: isOffline
        )
    }
}

extension Subject {
    fileprivate var json: JSON {
        [
            "id": .string(id.description), "email": email.map(JSON.string) ?? .null,
            "verified": .bool(isEmailVerified), "name": .string(name), "username": username.map(JSON.string) ?? .null,
            "created": .integer(createdAt.milliseconds), "updated": .integer(updatedAt.milliseconds),
            "claims": .object(claims),
            "active": .bool(isActive), "generation": .integer(generation),
        ]
    }

    fileprivate init?(_ json: JSON?) {
        guard let object = json?.objectValue, let id = object["id"]?.stringValue,
            let isEmailVerified = object["verified"]?.boolValue, let name = object["name"]?.stringValue,
            let createdAt = Timestamp(object["created"]), let updatedAt = Timestamp(object["updated"]),
            let claims = object["claims"]?.objectValue, let isActive = object["active"]?.boolValue,
            let generation = object["generation"]?.integerValue
        else { return nil }
        self.init(
            id: ID(id),
            email: object["email"]?.stringValue,
            isEmailVerified: isEmailVerified,
            name: name,
            username: object["username"]?.stringValue,
            times: Times(createdAt: createdAt, updatedAt: updatedAt),
            claims: claims,
            isActive: isActive,
            generation: generation
        )
    }
}

extension Timestamp {
    fileprivate init?(_ json: JSON?) {
        guard let milliseconds = json?.integerValue else { return nil }
        self.init(milliseconds: milliseconds)
    }
}
