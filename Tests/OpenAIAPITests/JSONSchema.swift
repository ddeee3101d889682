import Foundation
import RAG

/// Checks values against the part of JSON Schema that OpenAI's and our own schemas use; a keyword it does not know is a violation.
struct JSONSchema {
    /// Keywords that say nothing about whether a value is valid.
    private static let annotations: Set<String> = [
        "description", "title", "default", "example", "examples", "format", "discriminator", "x-oaiTypeLabel", "contentMediaType",
        "contentEncoding",
    ]

    private let root: [String: JSONValue]

    init(root: [String: JSONValue]) {
        self.root = root
    }

    /// What is wrong with `value` as `#/components/schemas/NAME`; empty when it is valid.
    func violations(of value: JSONValue, as name: String) -> [String] {
        check(value, .object(["$ref": .string("#/components/schemas/\(name)")]), at: "$")
    }

    func violations(of bytes: [UInt8], as name: String) throws -> [String] {
        violations(of: try JSONDecoder().decode(JSONValue.self, from: Data(bytes)), as: name)
    }

    func check(_ value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
        guard case .object(let keywords) = schema else { return schema == .bool(true) ? [] : ["\(path): no schema"] }
        return keywords.sorted { $0.key < $1.key }.flatMap { keyword, operand in
            check(value, keyword, operand, keywords, at: path)
        }
    }

    private func check(
        _ value: JSONValue, _ keyword: String, _ operand: JSONValue, _ schema: [String: JSONValue], at path: String
    ) -> [String] {
        switch (keyword, operand) {
        case ("$ref", .string(let reference)): check(value, resolve(reference), at: path)
        case ("type", .string(let type)): types(of: value).contains(type) ? [] : ["\(path): not \(type)"]
        case ("type", .array(let names)):
            names.contains { types(of: value).map(JSONValue.string).contains($0) } ? [] : ["\(path): none of the types"]
        case ("enum", .array(let choices)): choices.contains(value) ? [] : ["\(path): not in the enum"]
        case ("const", let constant): value == constant ? [] : ["\(path): not the constant"]
        case ("anyOf", .array(let schemas)): matches(value, schemas, path) > 0 ? [] : ["\(path): none of anyOf"]
        case ("oneOf", .array(let schemas)): matches(value, schemas, path) == 1 ? [] : ["\(path): not one of oneOf"]
        case ("allOf", .array(let schemas)): schemas.flatMap { check(value, $0, at: path) }
        case ("required", .array(let names)): missing(value, names).map { "\(path): \($0) is missing" }
        case ("properties", .object(let properties)): members(value, properties, path)
        case ("additionalProperties", _): additional(value, operand, schema, path)
        case ("items", _): elements(value).enumerated().flatMap { check($1, operand, at: "\(path)[\($0)]") }
        case ("contains", _):
            elements(value).contains { check($0, operand, at: path).isEmpty } ? [] : ["\(path): contains no such element"]
        case ("propertyNames", _): propertyNames(value).flatMap { check(.string($0), operand, at: path) }
        case ("pattern", .string(let pattern)): matches(value, pattern: pattern) ? [] : ["\(path): not of the pattern"]
        case ("minimum", .number(let bound)): number(value).map { $0 >= bound } ?? true ? [] : ["\(path): below \(bound)"]
        case ("maximum", .number(let bound)): number(value).map { $0 <= bound } ?? true ? [] : ["\(path): above \(bound)"]
        case ("minItems", .number(let bound)), ("minLength", .number(let bound)):
            count(value).map { Double($0) >= bound } ?? true ? [] : ["\(path): fewer than \(bound)"]
        case ("maxItems", .number(let bound)), ("maxLength", .number(let bound)):
            count(value).map { Double($0) <= bound } ?? true ? [] : ["\(path): more than \(bound)"]
        case ("maxProperties", .number(let bound)):
            Double(propertyNames(value).count) <= bound ? [] : ["\(path): too many"]
        case (_, _) where Self.annotations.contains(keyword): []
        default: ["\(path): keyword \(keyword) is not known to this checker"]
        }
    }

    private func resolve(_ reference: String) -> JSONValue {
        var value = JSONValue.object(root)
        for step in reference.split(separator: "/").dropFirst() {
            guard case .object(let members) = value, let next = members[String(step)] else { return .null }
            value = next
        }
        return value
    }

    private func types(of value: JSONValue) -> [String] {
        switch value {
        case .null: ["null"]
        case .bool: ["boolean"]
        case .number(let number): number == number.rounded() ? ["integer", "number"] : ["number"]
        case .string: ["string"]
        case .array: ["array"]
        case .object: ["object"]
        }
    }

    private func matches(_ value: JSONValue, _ schemas: [JSONValue], _ path: String) -> Int {
        schemas.count { check(value, $0, at: path).isEmpty }
    }

    private func missing(_ value: JSONValue, _ names: [JSONValue]) -> [String] {
        guard case .object(let members) = value else { return [] }
        return names.compactMap { if case .string(let name) = $0, members[name] == nil { name } else { nil } }
    }

    private func members(_ value: JSONValue, _ properties: [String: JSONValue], _ path: String) -> [String] {
        guard case .object(let members) = value else { return [] }
        return members.flatMap { name, member in properties[name].map { check(member, $0, at: "\(path).\(name)") } ?? [] }
    }

    private func additional(_ value: JSONValue, _ operand: JSONValue, _ schema: [String: JSONValue], _ path: String) -> [String] {
        guard case .object(let members) = value else { return [] }
        var known: Set<String> = []
        if case .some(.object(let properties)) = schema["properties"] { known = Set(properties.keys) }
        let others = members.filter { !known.contains($0.key) }
        if operand == .bool(false) { return others.keys.map { "\(path): \($0) is not known" } }
        return others.flatMap { check($1, operand, at: "\(path).\($0)") }
    }

    private func elements(_ value: JSONValue) -> [JSONValue] {
        if case .array(let items) = value { items } else { [] }
    }

    private func number(_ value: JSONValue) -> Double? {
        if case .number(let number) = value { number } else { nil }
    }

    private func count(_ value: JSONValue) -> Int? {
        switch value {
        case .array(let items): items.count
        case .string(let text): text.unicodeScalars.count
        default: nil
        }
    }

    private func propertyNames(_ value: JSONValue) -> [String] {
        if case .object(let members) = value { Array(members.keys) } else { [] }
    }

    private func matches(_ value: JSONValue, pattern: String) -> Bool {
        guard case .string(let text) = value else { return true }
        return text.range(of: pattern, options: .regularExpression) != nil
    }
}
