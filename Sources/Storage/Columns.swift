import Accounts
import JOSE

extension SQLValue {
    /// A time, in Unix milliseconds.
    static func time(_ time: Timestamp) -> SQLValue {
        .integer(time.milliseconds)
    }

    /// JSON, as its text.
    static func json(_ value: JSON) -> SQLValue {
        .text(String(decoding: value.encoded(), as: UTF8.self))
    }
}

extension Row {
    /// A time, from Unix milliseconds.
    func time(_ column: Int) throws(DatabaseError) -> Timestamp {
        Timestamp(milliseconds: try integer(column))
    }

    /// JSON that this server wrote. Throws `.corrupt` when the text is none.
    func json(_ column: Int) throws(DatabaseError) -> JSON {
        let text = try text(column)
        guard let value = try? JSON.parse(Array(text.utf8), limits: JSONLimits(size: 1 << 20, depth: 64, members: 4096))
        else { throw .corrupt("JSON") }
        return value
    }

    /// An email address. Throws `.corrupt` when the text is none.
    func email(_ column: Int) throws(DatabaseError) -> EmailAddress {
        guard let email = EmailAddress(try text(column)) else { throw .corrupt("an email address") }
        return email
    }

    /// A case of an enumeration. Throws `.corrupt` when it has no case of this name.
    func member<Member: RawRepresentable<String>>(_ column: Int) throws(DatabaseError) -> Member {
        guard let member = Member(rawValue: try text(column)) else { throw .corrupt("a \(Member.self)") }
        return member
    }
}
