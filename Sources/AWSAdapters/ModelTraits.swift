/// What one model can do and where it differs from the others. All of it is data: `models.json`, overridable (`ModelTraitsCatalog` says
/// how). `takesTools`, `takesJSONSchema`, `reasoning`, `takesCachePoints` and the prices are known, yet nothing that is sent depends on
/// them so far.
package struct ModelTraits: Hashable, Sendable {
    package enum Reasoning: String, Hashable, Sendable, CaseIterable {
        case none
        /// `additionalModelRequestFields.thinking` with a budget (Claude up to 4.5).
        case budget
        /// An effort level: `reasoning_effort` (gpt-oss), `reasoningConfig` (Nova 2), adaptive thinking (Claude from 4.6 on).
        case effort
    }

    /// Prompt and answer together; a prompt is cut to what is left beside the answer.
    package var contextTokens = 128_000
    /// The longest answer a request may ask for; a client that asks for more gets this.
    package var outputTokensMax = 128_000
    /// Sent when the client names no maximum, as Bedrock's own default cuts answers short.
    package var outputTokensDefault = 4_096
    /// Takes temperature and top_p at all.
    package var takesSampling = true
    /// Refuses temperature together with top_p.
    package var refusesTemperatureWithTopP = true
    /// Takes system text; for the others it opens the conversation.
    package var takesSystem = true
    /// A conversation may end with an assistant turn, which the model continues.
    package var takesPrefill = false
    package var takesTools = true
    package var takesImages = false
    package var takesDocuments = false
    /// Takes them as they come; for the others the answer is cut here.
    package var takesStopSequences = false
    /// Takes `outputConfig.textFormat`.
    package var takesJSONSchema = false
    /// Takes ConverseStream; the others are asked with Converse.
    package var streamsText = true
    package var reasoning = Reasoning.none
    package var takesCachePoints = false
    /// US dollars per million tokens, on demand; nil when not known.
    package var inputPrice: Double?
    package var outputPrice: Double?

    /// Those of a model nobody has heard of: nothing is sent that many models refuse, and no answer is cut that it might give.
    package init() {}
}
