internal import AWS
internal import RAG

/// What the account's models and inference profiles are: three lists, each as it was last had. Pure.
struct ModelList: Sendable {
    /// Models that may be shown; the lists together hold some hundreds.
    static let listingsMax = 2_000

    /// Nil as long as the call has never succeeded.
    var foundationModels: [FoundationModel]? { didSet { index() } }
    var systemProfiles: [InferenceProfile]? { didSet { index() } }
    var applicationProfiles: [InferenceProfile]? { didSet { index() } }

    /// To be shown: text models on demand, then profiles, each in the order of their ids, each once.
    private(set) var listings: [ModelListing] = []
    /// Ids and ARNs that Bedrock knows for text, shown or not, with the foundation model's name.
    private var models: [String: BedrockModelName] = [:]

    var isEmpty: Bool { foundationModels == nil && systemProfiles == nil && applicationProfiles == nil }
    /// Whether an id that is not here does not exist.
    var isComplete: Bool { foundationModels != nil && systemProfiles != nil && applicationProfiles != nil }

    /// The foundation model behind an id or ARN, nil when the lists do not have it.
    func model(of id: String) -> BedrockModelName? {
        // A foundation model's ARN differs from region to region, its name does not.
        models[id] ?? (id.utf8.starts(with: "arn:".utf8) ? models[BedrockModelName(id).text] : nil)
    }

    private mutating func index() {
        let textModels = (foundationModels ?? []).filter(\.takesConversations)
        let textNames = Set(textModels.map { BedrockModelName($0.id) })
        // Embedding and rerank models have profiles too; without the first list nothing tells them apart.
        let profiles = ((systemProfiles ?? []) + (applicationProfiles ?? [])).filter { profile in
            foundationModels == nil || profile.modelNames.contains { textNames.contains($0) }
        }
        models = [:]
        for model in textModels { models[model.id] = BedrockModelName(model.id) }
        for profile in profiles {
            guard let name = profile.modelNames.first else { continue }
            models[profile.id] = name
            models[profile.arn] = name
        }
        let shown = textModels.filter { $0.lifecycle != "LEGACY" && $0.inferenceTypes.contains("ON_DEMAND") }.map(\.id).sorted()
        let shownProfiles = profiles.filter { $0.status == "ACTIVE" }.map(\.callableID).sorted()
        var seen: Set<String> = []
        let ids = (shown + shownProfiles).filter { BedrockModelName.isPlausible($0) && seen.insert($0).inserted }
        listings = ids.prefix(Self.listingsMax).map { ModelListing(id: $0, ownedBy: owner(of: $0)) }
    }

    /// Such as `anthropic`; `bedrock` when nothing tells.
    func owner(of id: String) -> String { (model(of: id) ?? BedrockModelName(id)).provider ?? "bedrock" }
}

extension FoundationModel {
    /// Whether Converse can talk with it: text in, text out. Rerank models say the same of themselves.
    fileprivate var takesConversations: Bool {
        inputModalities.contains("TEXT") && outputModalities.contains("TEXT") && id.firstRange(of: ".rerank-") == nil
    }
}

extension InferenceProfile {
    /// What a call names it by: the id of an application profile is not enough.
    fileprivate var callableID: String { type == "APPLICATION" ? arn : id }

    fileprivate var modelNames: [BedrockModelName] { modelARNs.map { BedrockModelName($0) } }
}
