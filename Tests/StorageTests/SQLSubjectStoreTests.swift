import Accounts
import JOSE
import Provider
import Storage
import Testing

struct SQLSubjectStoreTests {
    private let scratch: ScratchStores
    private var store: SQLSubjectStore { scratch.stores.subjects }

    init() async throws {
        scratch = try await ScratchStores()
        try await scratch.register(Person(1))
    }

    @Test func `a key leads to its subject`() throws {
        let key = try #require(try store.key(thumbprint: "thumbprint-1"))
        #expect(key.thumbprint == "thumbprint-1")
        #expect(key.registeredForm == "04-1")
        #expect(key.subject.id.description == Person(1).id.description)
        #expect(key.subject.email == "Person.1@example.org")
        #expect(key.subject.name == "Name 1")
        #expect(key.subject.createdAt == scratch.now)
    }

    @Test(arguments: ["thumbprint-2", "THUMBPRINT-1", "", "thumbprint-1\0", "%"])
    func `an unknown key leads nowhere`(thumbprint: String) throws {
        #expect(try store.key(thumbprint: thumbprint) == nil)
    }

    @Test func `a subject is found by its id alone`() throws {
        let subject = try #require(try store.subject(Subject.ID(Person(1).id.description)))
        #expect(subject.email == "Person.1@example.org")
        #expect(try store.subject(Subject.ID("Person.1@example.org")) == nil)
    }
}
