/// What went wrong in the database, by what is to be done about it. The texts are for the operator and the log;
/// they name files, tables and columns, never values.
package enum DatabaseError: Error, Sendable, Equatable {
    /// Another process owns the database. `process` is its id, where the lock file told it.
    case locked(path: String, process: Int32?)
    /// Group or others may read or write the file.
    case permissions(path: String)
    /// The file cannot be opened or created.
    case cannotOpen(path: String, reason: String)
    /// A setting that durability or safety rests on was asked for and did not hold.
    case setting(name: String, wanted: String, found: String)
    /// The file was written by a newer release: its schema version and the newest one known here.
    case newerSchema(found: Int, known: Int)
    /// A row was refused by the schema. The transaction goes on; the write that caused it is undone.
    case constraint(ConstraintViolation)
    /// The write did not happen, or its outcome is unknown: disk full, I/O error, busy too long, closed. Answer 503.
    case unavailable(String)
    /// Too much is waiting already: shed at once. Answer 503.
    case overloaded
    /// The file is damaged or is no database.
    case corrupt(String)
    /// A mistake of the program: wrong SQL, wrong number of values, a column of another type.
    case statement(String)
}

/// Which rule of the schema refused a row.
package struct ConstraintViolation: Sendable, Equatable {
    /// The kind of rule; `type` is a strict table's refusal of a value of another type.
    package enum Kind: Sendable, Equatable {
        case unique, primaryKey, notNull, check, foreignKey, type, other
    }

    /// The kind of rule.
    package let kind: Kind
    /// `table.column` for each column that a unique, primary key, not-null or type rule covers; empty for a foreign key,
    /// and the rule's name for a check.
    package let columns: [String]

    /// A violation of such a rule on such columns.
    package init(kind: Kind, columns: [String]) {
        self.kind = kind
        self.columns = columns
    }

    /// Whether the row exists already: a unique or primary key rule refused it.
    package var isDuplicate: Bool { kind == .unique || kind == .primaryKey }
}

extension DatabaseError: CustomStringConvertible {
    /// One line for the operator: what is wrong and what to do.
    package var description: String {
        switch self {
        case .locked(let path, let process):
            let owner = process.map { "process \($0)" } ?? "another process"
            return "\(path) is in use by \(owner): stop it first"
        case .permissions(let path):
            return "\(path) can be read or written by group or others: run chmod 600 \(path)"
        case .cannotOpen(let path, let reason): return "cannot open \(path): \(reason)"
        case .setting(let name, let wanted, let found):
            return "the database did not take \(name) = \(wanted), it is \(found)"
        case .newerSchema(let found, let known):
            return "the database has schema version \(found), this release knows \(known): use a newer release"
        case .constraint(let violation):
            return "refused by the schema: \(violation.kind) \(violation.columns.joined(separator: ", "))"
        case .unavailable(let reason): return "database unavailable: \(reason)"
        case .overloaded: return "too many database operations are waiting"
        case .corrupt(let reason): return "the database file is damaged (restore a backup): \(reason)"
        case .statement(let reason): return "wrong database statement: \(reason)"
        }
    }
}
