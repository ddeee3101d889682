internal import FoundationEssentials
internal import RAG

/// Finds the traits of a model id, inference profile or ARN.
///
/// The rows of `models.json` lie over each other: a model's traits are the default, then every row whose `match` its id begins with,
/// the longest last, so a row says only where it differs from the shorter one. A user's rows lie over all built-in ones, even their
/// `default` over every model's own row.
///
/// A file is an array of objects: `match`, the fields of `ModelTraits` by their names, and `comment`, which nobody reads.
///
/// The built-in rows were collected in November 2026 from the Amazon Bedrock User Guide ("Supported models and model features", model
/// cards, pricing page for on-demand use in US regions), LiteLLM's table of models (package 1.109.1, MIT), and refusals reported in
/// public issue trackers: `temperature` by Claude from Opus 4.7 on, prefill by Claude from 4.6 on, `stopSequences` by Qwen and
/// gpt-oss. A limit is one below the documented one where Bedrock is known to refuse the documented number itself (Claude's 64,000
/// and 128,000). Prices are a hint for estimates, never for billing.
package struct ModelTraitsCatalog: Sendable {
    /// A user's file; the built-in one has 20 kB.
    package static let bytesMax = 1_048_576
    static let rowsMax = 4_096

    private let rows: [ModelTraitsRow]

    init(rows: [ModelTraitsRow]) { self.rows = rows }

    /// The catalogue that comes with the program.
    package static func builtIn() -> ModelTraitsCatalog { shared }

    /// Read once. A test reads the same bytes, so that they cannot be wrong in a program that was released.
    private static let shared = ModelTraitsCatalog(rows: (try? rows(in: PackageResources.models_json)) ?? [])

    /// With rows of a JSON file of the same form laid over the built-in ones. Throws `OutcropFailure` naming what is wrong and where.
    package func overridden(by json: [UInt8]) throws -> ModelTraitsCatalog {
        ModelTraitsCatalog(rows: rows + (try Self.rows(in: json)))
    }

    /// Of all matching rows, the longest last; the default for a model nobody has heard of. Region prefixes of inference profiles
    /// (`us.`, `eu.`, `apac.`, `global.` …), ARNs and version suffixes are seen through. An application inference profile's ARN does
    /// not tell its model: give what ListInferenceProfiles or GetInferenceProfile says.
    package func traits(of modelID: String) -> ModelTraits {
        let id = Array(BedrockModelName(modelID).text.utf8)
        var traits = ModelTraits()
        for row in rows where id.starts(with: row.match.utf8) { row.lay(over: &traits) }
        return traits
    }

    /// The rows of a file, the shortest match first: the order they are laid in.
    static func rows(in json: [UInt8]) throws -> [ModelTraitsRow] {
        guard json.count <= bytesMax else { throw failure("It is longer than \(bytesMax) bytes.") }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(json)) else { throw failure("It is no JSON.") }
        guard case .array(let items) = value else { throw failure("It must be an array of objects.") }
        guard items.count <= rowsMax else { throw failure("It has more than \(rowsMax) rows.") }
        let rows = try items.enumerated().map { try ModelTraitsRow($0.element, number: $0.offset + 1) }
        // Swift's sort is stable: of equal matches the later row wins.
        return rows.sorted { $0.match.utf8.count < $1.match.utf8.count }
    }

    static func failure(_ problem: String) -> OutcropFailure {
        OutcropFailure(.invalidRequest, code: "models_file_invalid", "The file of model traits cannot be used. \(problem)")
    }
}

/// One row: for which models, and what it says of them.
struct ModelTraitsRow: Sendable {
    /// What a model's name begins with, without a profile's prefix or the rest of an ARN; empty for all models (`default` in the file).
    let match: String
    /// Already checked: laying them over traits cannot fail.
    private let values: [(ModelTraits.Field, JSONValue)]

    init(_ value: JSONValue, number: Int) throws {
        guard case .object(var row) = value else { throw ModelTraitsCatalog.failure("Row \(number) is no object.") }
        guard case .string(let written)? = row.removeValue(forKey: "match") else { throw Self.noMatch(number) }
        // As ids are looked up: what is written as a profile's id or an ARN counts for the model it names.
        let match = BedrockModelName(written).text
        guard !match.isEmpty else { throw Self.noMatch(number) }
        row["comment"] = nil
        let place = "Row \(number) (\(match.prefix(100)))"
        let unknown = row.keys.filter { ModelTraits.fields[$0] == nil }.sorted()
        guard unknown.isEmpty else {
            let known = ModelTraits.fields.keys.sorted().joined(separator: ", ")
            throw ModelTraitsCatalog.failure(
                "\(place) has unknown keys: \(unknown.joined(separator: ", ")). There are: \(known).")
        }
        self.match = match == "default" ? "" : match
        var scratch = ModelTraits()
        values = try row.sorted { $0.key < $1.key }.compactMap { name, value -> (ModelTraits.Field, JSONValue)? in
            guard let field = ModelTraits.fields[name] else { return nil }
            do throws(ModelTraits.Mismatch) { try scratch.set(field, value) } catch {
                throw ModelTraitsCatalog.failure("\(place): \(name) must be \(error.expected).")
            }
            return (field, value)
        }
    }

    private static func noMatch(_ number: Int) -> OutcropFailure {
        ModelTraitsCatalog.failure("Row \(number) has no \"match\": the beginning of a model id, or \"default\".")
    }

    func lay(over traits: inout ModelTraits) {
        for (field, value) in values { try? traits.set(field, value) }
    }
}
