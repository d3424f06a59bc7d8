import Accounts
import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// What a person says of themselves, to be told to the applications that they allow it to (OIDC Core §5.1).
struct DetailsScreen: Sendable {
    let desk: FrontDesk
    let now: @Sendable () -> Timestamp

    private typealias Group = Page.Details.Group

    var routes: [Route] {
        [
            desk.route(.get, Section.details.path) {
                let visitor = try await desk.visitor(reading: $0.endpointRequest)
                return desk.page(.details(Page.Details(visitor.account.claims)), for: $0.endpointRequest, visitor)
            }
        ]
            + Group.allCases.map { group in
                desk.route(.post, group.path) { try await save(group, $0.endpointRequest) }
            }
    }

    private func save(_ group: Group, _ request: EndpointRequest) async throws -> Reply {
        let (visitor, form) = try await desk.form(request, in: .details)
        let typed = try TypedDetails(form, group)
        var claims = visitor.account.claims
        let problems = typed.apply(to: &claims)
        guard problems.isEmpty else {
            var shown = Page.Details(visitor.account.claims)
            shown.values.merge(typed.texts) { _, typed in typed }
            return desk.page(.details(shown), for: request, visitor, problem: .fields(problems))
        }
        _ = try await desk.accounts.update(visitor.account.id, at: now()) { _ = typed.apply(to: &$0.claims) }
        return desk.redirect(to: Section.details.path, .detailsSaved)
    }
}

/// What was typed into the fields of a group; those of the others stay as they are.
private struct TypedDetails: Sendable {
    private var claims: [PersonalClaims.Name: String] = [:]
    private var parts: [PersonalClaims.AddressPart: String] = [:]

    init(_ form: Parameters, _ group: Page.Details.Group) throws {
        switch group {
        case .profile:
            for name in PersonalClaims.Name.allCases where name != .phoneNumber {
                claims[name] = try form.optional(ParameterName(name)) ?? ""
            }
        case .address:
            for part in PersonalClaims.AddressPart.allCases where part != .formatted {
                parts[part] = try form.optional(ParameterName(part)) ?? ""
            }
        case .phone: claims[.phoneNumber] = try form.optional(ParameterName(PersonalClaims.Name.phoneNumber)) ?? ""
        }
    }

    /// By the names of the fields.
    var texts: [String: String] {
        let pairs = claims.map { ($0.key.rawValue, $0.value) } + parts.map { ($0.key.rawValue, $0.value) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// Changes `details`, but for what is not as it must be, which is returned.
    func apply(to details: inout PersonalClaims) -> [FormProblem] {
        var problems: [FormProblem] = []
        for name in PersonalClaims.Name.allCases {
            guard let text = claims[name] else { continue }
            do throws(PersonalClaims.Rule) {
                try details.set(name, to: text)
            } catch {
                problems.append(error.problem(of: name.rawValue))
            }
        }
        for part in PersonalClaims.AddressPart.allCases {
            guard let text = parts[part], text != details.shown(part) else { continue }
            do throws(PersonalClaims.Rule) {
                try details.set(part, to: text)
                // The whole address in one text was of the parts before.
                try details.set(.formatted, to: "")
            } catch {
                problems.append(error.problem(of: part.rawValue))
            }
        }
        return problems
    }
}

extension PersonalClaims {
    /// A part of the address in one line.
    fileprivate func shown(_ part: AddressPart) -> String { (self[part] ?? "").replacing("\n", with: ", ") }
}

extension PersonalClaims.Rule {
    fileprivate func problem(of field: String) -> FormProblem {
        let name = Page.Details.label(of: field)
        let text =
            switch self {
            case .text, .lines: Text(.textRule, [.name: name, .limit: .number(PersonalClaims.limit)])
            case .webAddress: Text(.webAddressRule, [.name: name])
            case .birthdate, .timeZone, .languageTag, .phoneNumber: Text(.exampleRule, [.name: name])
            }
        return .field(field, text, expected: "\(self)")
    }
}

extension Page.Details {
    init(_ claims: PersonalClaims) {
        let names = PersonalClaims.Name.allCases.map { ($0.rawValue, claims[$0] ?? "") }
        let parts = PersonalClaims.AddressPart.allCases.map { ($0.rawValue, claims.shown($0)) }
        self.init(values: Dictionary(uniqueKeysWithValues: names + parts), limit: PersonalClaims.limit)
    }
}
