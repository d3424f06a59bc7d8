import TestSupport
import Testing

@testable import Web

/// What was made to be shown in one place is shown in every other.
struct ConfusedHandleTests {
    @Test func `CD-09 every handle has a slot of its own, and is there`() async throws {
        let scene = try await HandleScene()
        for handle in Handle.allCases {
            #expect((scene.issued[handle] ?? "").utf8.count >= 36, "\(handle)")
            #expect(!handle.own.isEmpty)
        }
        #expect(Set(scene.issued.values).count == Handle.allCases.count)
        #expect(Handle.allCases.map(\.own.count).reduce(0, +) == HandleSlot.allCases.count - 2)
    }

    @Test(arguments: Handle.allCases)
    func `CD-09 a handle is taken where it belongs and nowhere else, and not spent there`(
        handle: Handle
    ) async throws {
        let scene = try await HandleScene()
        let secret = try #require(scene.issued[handle])
        for slot in HandleSlot.allCases where !handle.own.contains(slot) {
            #expect(try await !scene.takes(secret, in: slot), "\(handle) in \(slot)")
        }
        try await scene.revoke(secret)
        for slot in HandleSlot.allCases where handle.own.contains(slot) {
            #expect(try await scene.takes(secret, in: slot), "\(handle) in \(slot): the control, and that it lives")
        }
    }

    /// The same place, and the same kind of thing with its own name on it.
    @Test(arguments: Handle.allCases)
    func `CD-09 the name of one kind on the secret of another makes it neither`(handle: Handle) async throws {
        let scene = try await HandleScene()
        let secret = try #require(scene.issued[handle])
        let prefixes = [
            "martlet_code_", "martlet_mt_", "martlet_rat_", "martlet_cs_", "v4.local.", "v4.public.",
            "urn:ietf:params:oauth:request_uri:",
        ]
        let bare = prefixes.first(where: secret.hasPrefix).map { String(secret.dropFirst($0.count)) } ?? secret
        for prefix in prefixes {
            for renamed in [prefix + secret, prefix + bare] where renamed != secret {
                for slot in HandleSlot.allCases {
                    #expect(try await !scene.takes(renamed, in: slot), "\(handle) as \(prefix) in \(slot)")
                }
            }
        }
        #expect(try await scene.takes(secret, in: try #require(handle.own.first)), "the control")
    }
}
