import Testing

@testable import Cryptography

struct Argon2idTests {
    /// Answers of libsodium's own tests, and below them of the reference implementation (through argon2-cffi). RFC 9106
    /// §5.3 uses a secret and associated data, which libsodium does not take.
    private static let answers: [(password: String, record: String)] = [
        ("", "$argon2id$v=19$m=4882,t=2,p=1$bA81arsiXysd3WbTRzmEOw$Nm8QBM+7RH1DXo9rvp5cwKEOOOfD2g6JuxlXihoNcpE"),
        (
            "^T5H$JYt39n%K*j:W]!1s?vg!:jGi]Ax?..l7[p0v:1jHTpla9;]bUN;?bWyCbtqg ",
            "$argon2id$v=19$m=4096,t=19,p=1$PkEgMTYtYnl0ZXMgc2FsdA$ltB/ue1kPtBMBGfsysMpPigE6hiNEKZ9vs8vLNVDQGA"
        ),
        ("", "$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$NYWCMKFvh/7Sspg4wf4t9g"),
        (
            "password",
            "$argon2id$v=19$m=65536,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$P94AI+nJBlLtrBR4SXHkJY4IR1G84AtZZdmVxjmxXP8"
        ),
        (
            "password",
            "$argon2id$v=19$m=256,t=4,p=1$AAECAwQFBgcICQoLDA0ODw"
                + "$4rCEBLb9S5mOVcG99z+smmvUVsn4RaYuxNSxjY5MMuIq57w/23xDnwfC5vf346lHxFNit/BYJ2ylyr5MYQuSVw"
        ),
        (
            "correct horse",
            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$0AuQxA+RjPiJeA19Op7DwrFxnfh9xeTU2T6mFj2wThc"
        ),
        (
            "pässword\0tail",
            "$argon2id$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s"
        ),
    ]

    @Test(arguments: answers)
    func `known answers hold, and no other password`(password: String, record: String) throws {
        let record = try #require(Argon2idRecord(record))
        #expect(try record.matches(Array(password.utf8)))
        #expect(try !record.matches(Array(password.utf8) + [0]))
        #expect(try !record.matches([0x78] + Array(password.utf8.dropFirst())))
    }

    @Test func `what is written is what the others write`() throws {
        let (salt, parameters) = ([UInt8](0..<16), Argon2idParameters(memory: 4096, passes: 3))
        let made = try Argon2id.record(of: Array("pässword\0tail".utf8), salt: salt, parameters: parameters)
        #expect(made == Argon2idTests.answers[6].record)
        let current = try Argon2id.record(of: Array("correct horse".utf8), salt: salt, parameters: .recommended)
        #expect(current == Argon2idTests.answers[5].record)
    }

    @Test(arguments: [
        "", "$", "$argon2id$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw",
        "argon2id$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2i$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$VV6rPcJ7o2GqKLj60VxqmfFmegHG79Ez1KGedyeeEa4",
        "$argon2id$v=16$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=04096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=+4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$t=3,m=4096,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=262145,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=4096,t=33,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=4096,t=0,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=7,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=256,t=2,p=2$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODx$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0OD*$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw==$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI-Gcf7DT1inXFr9ANaz58eFh3tK_ADDc0s",
        "$argon2id$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$NYWCMKFvh/7Sspg4wf4t",
        "$argon2id$v=19$m=4096,t=3,p=1$$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s",
        "$argon2id$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$",
        "$argon2id$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$2qSjVuCLwI+Gcf7DT1inXFr9ANaz58eFh3tK/ADDc0s$",
    ])
    func `other texts are no records`(text: String) { #expect(!PasswordHash.recognises(text)) }

    /// The control of what is refused above.
    @Test func `records of every accepted form are recognised`() {
        for answer in Argon2idTests.answers { #expect(PasswordHash.recognises(answer.record)) }
    }
}
