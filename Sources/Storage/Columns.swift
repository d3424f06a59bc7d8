import Accounts
import JOSE

extension SQLValue {
    /// A time, in Unix milliseconds.
    static func time(_ time: Timestamp) -> SQLValue {
        .integer(time.milliseconds)
    }
}

extension Row {
    /// A time, from Unix milliseconds.
    func time(_ column: Int) throws(DatabaseError) -> Timestamp {
        Timestamp(milliseconds: try integer(column))
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
