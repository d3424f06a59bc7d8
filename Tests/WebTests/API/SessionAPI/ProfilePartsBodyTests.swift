import Accounts
import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

struct ProfilePartsBodyTests {
    static let client: JSONObject = [
        "age": 21, "gender": "other", "phoneNum": "999-9999-999", "interests": ["clothes", "tech"],
    ]
    static let shift: JSONObject = [
        "enterDate": "2026-11-21T08:00:00Z", "exitDate": "2026-11-21T16:30:00+00:00",
        "store": "507f1f77bcf86cd799439011", "storeJob": "507F191E810C19729DE860EA",
    ]
    static let employee: JSONObject = [
        "age": 21, "gender": "other", "phoneNum": "999-9999-999", "schedule": [.object(shift)],
    ]

    private func parts(_ body: JSON) throws -> ProfileParts {
        let request = EndpointRequest(
            path: "/",
            fields: [.contentType: "application/json"],
            body: body.encoded(),
            clientAddress: ""
        )
        return try ProfileParts(JSONBody(request))
    }

    @Test func `the seed's parts are kept, times and ids in one form`() throws {
        let parts = try parts(["client": .object(Self.client), "employee": .object(Self.employee), "admin": [:]])
        #expect(parts.client == Self.client)
        #expect(parts.admin == [:])
        let shift = try #require(parts.employee?["schedule"]?.arrayValue?.first?.objectValue)
        #expect(shift["exitDate"] == "2026-11-21T16:30:00.000Z")
        #expect(shift["storeJob"] == "507f191e810c19729de860ea")
    }

    @Test func `a part that is null is none`() throws {
        #expect(try parts(["client": .object(Self.client), "employee": .null, "admin": .null]).employee == nil)
        #expect(throws: APIRefusal.self) { try parts(["client": .null]) }
    }

    static let bad: [(String, JSONObject)] = [
        ("client.age", ["client": .object(client.merging(["age": 151]))]),
        ("client.age", ["client": .object(client.merging(["age": .number(1.5)]))]),
        ("client.gender", ["client": .object(client.merging(["gender": " "]))]),
        ("client.interests", ["client": .object(client.merging(["interests": [1]]))]),
        ("client", ["client": .object(client.merging(["admin": true]))]),
        ("employee.schedule.exitDate", ["employee": .object(with(["exitDate": "2026-11-21T08:00:00.000Z"]))]),
        ("employee.schedule.store", ["employee": .object(with(["store": "507f1f77bcf86cd79943901g"]))]),
        ("employee.schedule.store", ["employee": .object(with(["store": "507f1f77bcf86cd7994390１1"]))]),
        ("employee.schedule", ["employee": .object(with(["more": 1]))]),
        ("admin", ["admin": ["may": "all"]]), ("admin", ["admin": true]),
    ]

    private static func with(_ changes: JSONObject) -> JSONObject {
        employee.merging(["schedule": [.object(shift.merging(changes))]])
    }

    @Test(arguments: bad.indices)
    func `what is not as it must be is named`(index: Int) throws {
        let (name, body) = Self.bad[index]
        let refusal = #expect(throws: APIRefusal.self) { try parts(.object(body)) }
        #expect(refusal?.status == .badRequest)
        #expect(refusal?.message.description.hasPrefix("\(name) ") == true)
    }
}
