import Accounts
import HTTPTypes
import JOSE
import OAuth
import Provider
import Storage
import TestSupport
import Testing

@testable import Web

struct FaceSignInTests {
    private let face: SessionFace
    private let account: Account

    init() async throws {
        face = try await SessionFace()
        account = try await face.account()
    }

    /// Signs in; `meanwhile` happens after the record was read and before the password is found right.
    private func signIn(meanwhile: @escaping @Sendable () async throws -> Void) async throws -> FaceSignIn.Outcome {
        let passwords = PasswordSignInService(
            accounts: face.provider.stores.accounts,
            hashing: OvertakenHashing(face.hashing, meanwhile),
            limits: nil,
            now: face.provider.clock.now
        )
        return try await FaceSignIn(passwords: passwords, sessions: face.provider.provider.sessions).signIn(
            .email(EmailAddress("ada@example.org")!),
            password: SessionFace.password,
            plan: SignInPlan(
                client: Client.ID("martlet:test"),
                scope: Scope(tokens: ["openid"]),
                accessTokenLifetime: 60
            ),
            EndpointRequest(path: "/", fields: [:], clientAddress: "192.0.2.1")
        )
    }

    private func sessions() async throws -> [Session] {
        try await face.provider.provider.sessions.list(of: Subject.ID(account.id.description))
    }

    enum Change: CaseIterable, Sendable {
        case none, password, block, blockAndUnblock, delete

        func happen(to id: Account.ID, at provider: TestProvider) async throws {
            let (store, now) = (provider.stores.accounts, provider.clock.now())
            switch self {
            case .none: break
            case .password: _ = try await store.setPassword("r", of: id, endsOthers: true, except: nil, at: now)
            case .block: _ = try await store.setState(.blocked, of: id)
            case .blockAndUnblock:
                _ = try await store.setState(.blocked, of: id)
                _ = try await store.setState(.active, of: id)
            case .delete: _ = try await store.delete(id)
            }
        }
    }

    @Test(arguments: Change.allCases)
    func `a sign-in that was overtaken while its password was checked does not begin`(change: Change) async throws {
        let outcome = try await signIn { try await change.happen(to: account.id, at: face.provider) }
        if change == .none {
            guard case .signedIn = outcome else { return #expect(Bool(false), "the control signs in: \(outcome)") }
            #expect(try await sessions().count == 1)
        } else {
            guard case .wrong = outcome else { return #expect(Bool(false), "signed in: \(outcome)") }
            #expect(try await sessions().isEmpty)
        }
    }
}

/// Lets something happen before a password is checked.
private struct OvertakenHashing: PasswordHashing {
    private let other: any PasswordHashing
    private let meanwhile: @Sendable () async throws -> Void

    init(_ other: any PasswordHashing, _ meanwhile: @escaping @Sendable () async throws -> Void) {
        self.other = other
        self.meanwhile = meanwhile
    }

    func hash(_ password: Password) async throws -> String { try await other.hash(password) }

    func verify(_ password: Password, against record: String?) async throws -> PasswordVerdict {
        try await meanwhile()
        return try await other.verify(password, against: record)
    }
}
