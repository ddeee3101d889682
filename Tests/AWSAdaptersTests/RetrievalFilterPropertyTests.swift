import AWS
import RAG
import Testing

@testable import AWSAdapters

/// The translated filter, read as Amazon's reference explains it, lets in the documents the original lets in.
struct RetrievalFilterPropertyTests {
    @Test func `means the same as the filter it came from`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        for _ in 0..<400 {
            let filter = Self.filter(depth: Int.random(in: 0...4, using: &random), &random)
            let translated = try RetrievalFilter(filter)
            if case .filter(let document) = translated { #expect(Self.isWellFormed(document), "seed \(seed): \(document)") }
            for _ in 0..<10 {
                let attributes = Self.attributes(&random)
                let passes =
                    switch translated {
                    case .everything: true
                    case .nothing: false
                    case .filter(let document): Self.passes(document, attributes)
                    }
                #expect(passes == filter.matches(attributes), "seed \(seed): \(filter) on \(attributes)")
            }
        }
    }

    // MARK: Random filters and documents

    private static func filter(depth: Int, _ random: inout SplitMix64) -> MetadataFilter {
        guard depth > 0, Bool.random(using: &random) else { return comparison(&random) }
        let parts = (0..<Int.random(in: 0...3, using: &random)).map { _ in filter(depth: depth - 1, &random) }
        return Bool.random(using: &random) ? .and(parts) : .or(parts)
    }

    private static func comparison(_ random: inout SplitMix64) -> MetadataFilter {
        let key = ["a", "b", "c"].randomElement(using: &random) ?? "a"
        let number = JSONValue.number(Double(Int.random(in: 0...3, using: &random)) / 2)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return .compare(key: key, .eq, scalar(&random))
        case 1: return .compare(key: key, .ne, scalar(&random))
        case 2: return .compare(key: key, .gt, number)
        case 3: return .compare(key: key, .gte, number)
        case 4: return .compare(key: key, .lt, number)
        case 5: return .compare(key: key, .lte, number)
        case 6: return .compare(key: key, .in, .array((0..<Int.random(in: 0...2, using: &random)).map { _ in scalar(&random) }))
        default: return .compare(key: key, .nin, .array((0..<Int.random(in: 0...2, using: &random)).map { _ in scalar(&random) }))
        }
    }

    private static func scalar(_ random: inout SplitMix64) -> JSONValue {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: .string(["x", "y"].randomElement(using: &random) ?? "x")
        case 1: .number(Double(Int.random(in: 0...3, using: &random)) / 2)
        default: .bool(Bool.random(using: &random))
        }
    }

    private static func attributes(_ random: inout SplitMix64) -> [String: JSONValue] {
        var attributes: [String: JSONValue] = [:]
        for key in ["a", "b", "c"] where Int.random(in: 0..<4, using: &random) > 0 { attributes[key] = scalar(&random) }
        return attributes
    }

    // MARK: A Knowledge Base's reading

    private static func passes(_ document: JSONDocument, _ attributes: [String: JSONValue]) -> Bool {
        guard case .object(let members) = document, let (name, operand) = members.first else { return false }
        if case .array(let parts) = operand {
            return name == "andAll"
                ? parts.allSatisfy { passes($0, attributes) } : parts.contains { passes($0, attributes) }
        }
        guard case .object(let comparison) = operand, case .string(let key) = comparison["key"], let value = comparison["value"]
        else { return false }
        return compares(name, attributes[key].map { JSONDocument($0) }, value)
    }

    private static func compares(_ name: String, _ attribute: JSONDocument?, _ value: JSONDocument) -> Bool {
        let list: [JSONDocument] = if case .array(let elements) = value { elements } else { [] }
        switch name {
        case "equals": return attribute == value
        case "notEquals": return attribute != value
        case "in": return attribute.map(list.contains) ?? false
        case "notIn": return !(attribute.map(list.contains) ?? false)
        default: break
        }
        guard let left = attribute.flatMap(number), let right = number(value) else { return false }
        switch name {
        case "greaterThan": return left > right
        case "greaterThanOrEquals": return left >= right
        case "lessThan": return left < right
        case "lessThanOrEquals": return left <= right
        default:
            Issue.record("no comparison of a Knowledge Base: \(name)")
            return false
        }
    }

    private static func number(_ document: JSONDocument) -> Double? {
        switch document {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// Compounds have two members at least, and none of their own kind.
    private static func isWellFormed(_ document: JSONDocument, within outer: String = "") -> Bool {
        guard case .object(let members) = document, members.count == 1, let (name, operand) = members.first else { return false }
        guard case .array(let parts) = operand else { return true }
        return parts.count >= 2 && name != outer && parts.allSatisfy { isWellFormed($0, within: name) }
    }
}
