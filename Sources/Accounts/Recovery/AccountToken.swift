package import JOSE

/// A one-time token on its way by mail to the owner of an account, or for show: nobody's, filed because an address without an
/// account must look like one with.
package struct AccountToken: Sendable {
    package enum Purpose: String, Sendable, CaseIterable {
        case confirmEmail = "confirm-email"
        case recoverPassword = "recover-password"
        case changeEmail = "change-email"
    }

    /// A ULID, the id of its mail as well.
    package let id: String
    /// nil for nobody's.
    package let account: Account.ID?
    package let purpose: Purpose
    /// SHA-256 of the token in the mail.
    package let digest: [UInt8]
    /// Where the mail goes; the token is good only while this is the account's address.
    package let email: EmailAddress
    /// The network address of the asker.
    package let askedFrom: String
    package let createdAt: Timestamp
    package let expiry: Timestamp

    package init(
        _ purpose: Purpose,
        id: String,
        account: Account.ID?,
        digest: [UInt8],
        email: EmailAddress,
        origin: Origin
    ) {
        self.id = id
        self.account = account
        self.purpose = purpose
        self.digest = digest
        self.email = email
        askedFrom = origin.address
        createdAt = origin.time
        expiry = origin.expiry
    }

    /// The same for show, nobody's.
    package var ofNobody: AccountToken {
        AccountToken(
            purpose,
            id: id,
            account: nil,
            digest: digest,
            email: email,
            origin: Origin(address: askedFrom, time: createdAt, expiry: expiry)
        )
    }

    /// Where and when a token was asked for.
    package struct Origin: Sendable {
        package let address: String
        package let time: Timestamp
        package let expiry: Timestamp

        package init(address: String, time: Timestamp, expiry: Timestamp) {
            self.address = address
            self.time = time
            self.expiry = expiry
        }
    }
}

/// Keeps the one-time tokens of accounts; each change is one transaction.
package protocol AccountTokenStore: Sendable {
    /// Files `token` and its mail together and ends the older tokens of its account and purpose, unless the address or the asker has
    /// reached a limit since `start`; then nothing is written. A token that is nobody's comes without a mail.
    func file(
        _ token: AccountToken,
        mail: Mail?,
        limits: AskingLimits?,
        since start: Timestamp
    ) async throws -> TokenFiling

    /// The same, and in the same transaction the account gets `token.email`, unverified.
    func changeEmail(
        with token: AccountToken,
        mail: Mail,
        limits: AskingLimits?,
        since start: Timestamp
    ) async throws -> EmailChangeOutcome

    /// Whether a token is fresh and alive, and its account too. Takes nothing.
    func isAlive(_ digest: [UInt8], _ purpose: AccountToken.Purpose, at now: Timestamp) async throws -> Bool

    /// Takes a token of one of `purposes`, once, marks its account's address as verified and the account as
    /// activated. nil when it is not fresh and alive.
    func confirm(_ digest: [UInt8], _ purposes: [AccountToken.Purpose], at now: Timestamp) async throws -> Account.ID?

    /// Takes a recovery token, once, sets the password record, and ends every session of its account; the address is verified by it.
    /// nil when it is not fresh and alive.
    func recover(_ digest: [UInt8], record: String, at now: Timestamp) async throws -> Account.ID?
}

/// What became of a token that was to be filed.
package enum TokenFiling: Sendable, Equatable {
    case filed
    /// The address has had its mails; the oldest that counts was at this time.
    case addressLimited(oldest: Timestamp)
    /// The asker has had its mails.
    case askerLimited(oldest: Timestamp)
}

/// What a store made of a change of an address.
package enum EmailChangeOutcome: Sendable, Equatable {
    case changed
    /// It was the account's address already.
    case unchanged
    case unknown
    case emailTaken
    case limited(oldest: Timestamp)
}
