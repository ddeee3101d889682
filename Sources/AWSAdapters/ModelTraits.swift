/// What one model can do and where it differs from the others. All of it is data: `models.json`, overridable.
package struct ModelTraits: Hashable, Sendable, Codable {
    package enum Reasoning: String, Hashable, Sendable, Codable {
        case none
        /// `additionalModelRequestFields.thinking` with a budget (Claude).
        case budget
        /// `reasoning_effort` or `reasoningConfig` with a level (gpt-oss, Nova 2).
        case effort
    }

    package var contextTokens: Int
    package var outputTokensMax: Int
    /// Sent when the client names no maximum, as Bedrock's own default cuts answers short.
    package var outputTokensDefault: Int
    /// Refuses temperature together with top_p.
    package var refusesTemperatureWithTopP: Bool
    package var takesSystem: Bool
    package var takesPrefill: Bool
    package var takesTools: Bool
    package var takesImages: Bool
    package var takesDocuments: Bool
    package var takesStopSequences: Bool
    package var takesJSONSchema: Bool
    package var streamsText: Bool
    package var reasoning: Reasoning
    package var takesCachePoints: Bool
    /// US dollars per million tokens, on demand; nil when not known.
    package var inputPrice: Double?
    package var outputPrice: Double?
}

/// Finds the traits of a model id, inference profile or ARN.
package struct ModelTraitsCatalog: Sendable {
    /// The catalogue that comes with the program.
    package static func builtIn() -> ModelTraitsCatalog { fatalError("contract") }

    /// With rows of a JSON file of the same form laid over the built-in ones. Throws `OutcropFailure` naming what is wrong and where.
    package func overridden(by json: [UInt8]) throws -> ModelTraitsCatalog { fatalError("contract") }

    /// Of the longest matching row; the default row for a model nobody has heard of. Region prefixes of inference profiles (`us.`,
    /// `eu.`, `apac.`, `global.` …), ARNs and version suffixes are seen through. An application inference profile's ARN does not tell
    /// its model: give what ListInferenceProfiles or GetInferenceProfile says.
    package func traits(of modelID: String) -> ModelTraits { fatalError("contract") }
}
