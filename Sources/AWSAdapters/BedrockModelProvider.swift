package import AWS
package import RAG
internal import Synchronization

/// The models and inference profiles of the account: a list kept fresh in the background, and generators by name.
///
/// Making one does no input or output. The list is asked for when someone wants it and it is older than `refreshSeconds`, by one
/// task at a time, and after a failure not before `failurePauseSeconds`; meanwhile what is known serves. Each of the three calls
/// (foundation models, system and application profiles) counts for itself, so that a missing permission costs only its part.
package final class BedrockModelProvider: ModelProvider {
    /// What a caller waits for the very first list, or for what is behind an application profile.
    static let waitSeconds = 1.0
    static let failurePauseSeconds = 60.0

    /// Makes the generator of an id, with the foundation model behind it where the id itself does not tell.
    typealias MakeGenerator = @Sendable (_ id: String, _ model: BedrockModelName?) -> any Generator

    private struct State {
        var list = ModelList()
        var refresh: Task<Void, any Error>?
        var nextRefreshSeconds = -Double.infinity
        var failure: (any Error)?
    }

    private let state = Mutex(State())
    private let configured: [String]
    private let refreshSeconds: Double
    private let source: ModelListSource
    private let profileModels: ProfileModels
    private let makeGenerator: MakeGenerator
    private let clock: AWSClock

    init(
        configured: [String], source: ModelListSource, refreshSeconds: Double = 600, clock: AWSClock = AWSClock(),
        makeGenerator: @escaping MakeGenerator
    ) {
        var seen: Set<String> = []
        self.configured = configured.filter { seen.insert($0).inserted }
        self.source = source
        self.refreshSeconds = refreshSeconds
        self.clock = clock
        self.makeGenerator = makeGenerator
        profileModels = ProfileModels(clock: clock, profile: source.inferenceProfile)
    }

    /// Those configured, in their order, then what the account has. Waits at most a second, and only for the very first list.
    package func models() async -> [ModelListing] {
        let list = await knownList()
        var seen = Set(configured)
        return configured.map { ModelListing(id: $0, ownedBy: list.owner(of: $0)) }
            + list.listings.filter { seen.insert($0.id).inserted }
    }

    /// The model's generator. An id that is neither configured nor listed is tried nonetheless where the lists could not be had,
    /// or would not have it (provisioned throughput, imported models): then Bedrock decides. Nil otherwise.
    package func generator(for id: String) async throws -> (any Generator)? {
        // Before any comparison: beyond ASCII, comparing strings is not for strangers' text.
        guard BedrockModelName.isPlausible(id) || configured.contains(where: { $0.utf8.elementsEqual(id.utf8) }) else {
            return nil
        }
        if configured.contains(where: { $0.utf8.elementsEqual(id.utf8) }) { return await generator(known: id, in: currentList) }
        let list = await knownList()
        guard list.model(of: id) != nil || !list.isComplete || !BedrockModelName.isListed(id) else { return nil }
        return await generator(known: id, in: list)
    }

    /// Why the last refresh failed, in part or whole; nil when it did not. For whoever explains a short list.
    package var listFailure: (any Error)? { state.withLock { $0.failure } }

    /// Returns when the round under way has ended.
    func refreshEnds() async { _ = try? await state.withLock({ $0.refresh })?.value }

    private var currentList: ModelList { state.withLock { $0.list } }

    private func generator(known id: String, in list: ModelList) async -> any Generator {
        if let model = list.model(of: id) { return makeGenerator(id, model) }
        guard BedrockModelName.isApplicationProfile(id) else { return makeGenerator(id, nil) }
        return makeGenerator(id, await profileModels.model(of: id, waitSeconds: Self.waitSeconds))
    }

    /// The list as it is known, after a refresh has been started if one is due.
    private func knownList() async -> ModelList {
        let (list, refresh) = listAndRefresh()
        guard list.isEmpty, let refresh else { return list }
        await refresh.wait(seconds: Self.waitSeconds, clock: clock)
        return currentList
    }

    private func listAndRefresh() -> (ModelList, Task<Void, any Error>?) {
        let now = clock.uptimeSeconds()
        return state.withLock { state in
            if state.refresh == nil, now >= state.nextRefreshSeconds {
                state.refresh = Task { await self.refresh() }
            }
            return (state.list, state.refresh)
        }
    }

    private func refresh() async {
        let outcome = await ModelListRefresh(source: source, clock: clock).run()
        let pause = outcome.isComplete ? refreshSeconds : min(refreshSeconds, Self.failurePauseSeconds)
        let next = clock.uptimeSeconds() + pause
        state.withLock { state in
            state.list.foundationModels = outcome.foundationModels ?? state.list.foundationModels
            state.list.systemProfiles = outcome.systemProfiles ?? state.list.systemProfiles
            state.list.applicationProfiles = outcome.applicationProfiles ?? state.list.applicationProfiles
            state.failure = outcome.failure
            state.nextRefreshSeconds = next
            state.refresh = nil
        }
    }
}

extension BedrockModelProvider {
    /// `configured` are always there, listed or not, first one first.
    package convenience init(
        configured: [String], bedrock: BedrockControl, runtime: BedrockRuntime, traits: ModelTraitsCatalog,
        deadlines: BedrockDeadlines = BedrockDeadlines(), refreshSeconds: Double = 600, clock: AWSClock = AWSClock()
    ) {
        let source = ModelListSource(
            foundationModels: { try await bedrock.listFoundationModels() },
            inferenceProfiles: { try await bedrock.listInferenceProfiles(type: $0.rawValue) },
            inferenceProfile: { try await bedrock.getInferenceProfile($0) })
        self.init(configured: configured, source: source, refreshSeconds: refreshSeconds, clock: clock) { id, model in
            BedrockGenerator(
                modelID: id, foundationModel: model?.text, runtime: runtime, catalog: traits, deadlines: deadlines)
        }
    }
}
