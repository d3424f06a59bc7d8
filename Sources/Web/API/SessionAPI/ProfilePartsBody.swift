import Accounts
import HTTPTypes
import JOSE
import OAuth

extension ProfileParts {
    /// The parts in the body of a registration, at least one. Throws 400 that names the member which is missing, unknown or not as it
    /// must be.
    init(_ body: JSONBody) throws(APIRefusal) {
        self.init()
        if let value = body.value("client") { client = try Self.client(value) }
        if let value = body.value("employee") { employee = try Self.employee(value) }
        if let value = body.value("admin") { admin = try ProfilePartBody(value, "admin", []).object }
        guard isEmpty else { return }
        throw APIRefusal(
            .badRequest,
            "client, employee or admin is missing",
            FailedCheck("profile", expected: "at least one part", seen: "none")
        )
    }

    private static func client(_ value: JSON) throws(APIRefusal) -> JSONObject {
        let part = try ProfilePartBody(value, "client", ["age", "gender", "phoneNum", "interests"])
        return try part.person().merging(["interests": .strings(try part.texts("interests"))])
    }

    private static func employee(_ value: JSON) throws(APIRefusal) -> JSONObject {
        let part = try ProfilePartBody(value, "employee", ["age", "gender", "phoneNum", "schedule"])
        var schedule: [JSON] = []
        for shift in try part.array("schedule", limit: 366) { schedule.append(.object(try Self.shift(shift))) }
        return try part.person().merging(["schedule": .array(schedule)])
    }

    private static func shift(_ value: JSON) throws(APIRefusal) -> JSONObject {
        let part = try ProfilePartBody(value, "employee.schedule", ["enterDate", "exitDate", "store", "storeJob"])
        let (enter, exit) = (try part.time("enterDate"), try part.time("exitDate"))
        guard enter < exit else { throw part.refused("exitDate", "must be after enterDate", expected: "a later time") }
        return [
            "enterDate": .string(enter.text), "exitDate": .string(exit.text),
            "store": .string(try part.objectID("store")), "storeJob": .string(try part.objectID("storeJob")),
        ]
    }
}

/// One object of a profile, read member by member. All members that it may have must be there, and no other.
struct ProfilePartBody {
    let object: JSONObject
    /// Its path in the body.
    private let path: ParameterName

    /// Throws 400.
    init(_ value: JSON, _ path: ParameterName, _ members: [ParameterName]) throws(APIRefusal) {
        guard let object = value.objectValue else {
            throw APIRefusal(
                .badRequest,
                "\(path) must be an object, or hold objects",
                FailedCheck("\(path)", expected: "an object", seen: "another type")
            )
        }
        self.object = object
        self.path = path
        for member in members where object[member.description] == nil {
            throw refused(member, "is missing", expected: "a value")
        }
        let known = Set(members.map(\.description))
        if let unknown = object.names.first(where: { !known.contains($0) }) {
            throw APIRefusal(
                .badRequest,
                "\(path) has a member that it may not have",
                FailedCheck("\(path)", expected: "known members", seen: FailedCheck.excerpt(unknown))
            )
        }
    }

    /// What a client and an employee both have.
    func person() throws(APIRefusal) -> JSONObject {
        [
            "age": .integer(try age()), "gender": .string(try text("gender", limit: 64)),
            "phoneNum": .string(try text("phoneNum", limit: 32)),
        ]
    }

    /// An array of texts of at most 64 characters each.
    func texts(_ member: ParameterName) throws(APIRefusal) -> [String] {
        var texts: [String] = []
        for value in try array(member, limit: 64) {
            guard let text = value.stringValue, Self.isText(text, limit: 64) else {
                throw refused(member, "must hold texts of 1 to 64 characters", expected: "such texts")
            }
            texts.append(text)
        }
        return texts
    }

    func array(_ member: ParameterName, limit: Int) throws(APIRefusal) -> [JSON] {
        guard let array = object[member.description]?.arrayValue else {
            throw refused(member, "must be an array", expected: "an array")
        }
        guard array.count <= limit else { throw refused(member, "is too long", expected: "at most \(limit)") }
        return array
    }

    /// A moment in UTC (RFC 3339 §5.6).
    func time(_ member: ParameterName) throws(APIRefusal) -> Timestamp {
        if let time = object[member.description]?.stringValue.flatMap(Timestamp.init(utc:)) { return time }
        throw refused(member, "must be a time such as 2026-11-21T15:04:05Z", expected: "a time in UTC")
    }

    /// The 24 hexadecimal digits of an ObjectId, in lower case.
    func objectID(_ member: ParameterName) throws(APIRefusal) -> String {
        let text = object[member.description]?.stringValue ?? ""
        guard text.utf8.count == 24, text.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
            throw refused(member, "must have 24 hexadecimal digits", expected: "an ObjectId")
        }
        return text.lowercased()
    }

    func refused(_ member: ParameterName, _ rule: WireText, expected: String) -> APIRefusal {
        APIRefusal(
            .badRequest,
            "\(path).\(member) \(rule)",
            FailedCheck("\(path).\(member)", expected: expected, seen: "something else")
        )
    }

    private func age() throws(APIRefusal) -> Int64 {
        if let age = object["age"]?.integerValue, (0...150).contains(age) { return age }
        throw refused("age", "must be an integer from 0 to 150", expected: "0 to 150")
    }

    private func text(_ member: ParameterName, limit: Int) throws(APIRefusal) -> String {
        if let text = object[member.description]?.stringValue, Self.isText(text, limit: limit) { return text }
        throw refused(member, "must be a short text without control characters", expected: "1 to \(limit) characters")
    }

    private static func isText(_ text: String, limit: Int) -> Bool {
        (1...limit).contains(text.count) && text.utf8.count <= 4 * limit
            && text.contains { !$0.isWhitespace } && !text.unicodeScalars.contains(where: \.isControl)
    }
}
