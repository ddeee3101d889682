import AWS
import RAG
import Synchronization
import Testing

@testable import AWSAdapters

struct BedrockModelProviderTests {
    private let lists = FakeModelLists()
    private let time = ManualClock()
    private static let sonnet = ModelListTests.sonnet
    private static let profileARN = ModelListTests.profileARN
    private static let listedIDs = ModelListTests.full().listings.map(\.id)

    private func provider(_ configured: [String] = []) -> BedrockModelProvider {
        BedrockModelProvider(configured: configured, source: lists.source, refreshSeconds: 600, clock: time.clock) {
            NamedGenerator(modelID: $0, model: $1?.text)
        }
    }

    private func generator(_ provider: BedrockModelProvider, _ id: String) async throws -> NamedGenerator? {
        try await provider.generator(for: id) as? NamedGenerator
    }

    @Test func `makes no call before someone asks`() {
        _ = provider(["us.\(Self.sonnet)"])
        #expect(lists.calls.isEmpty)
    }

    @Test func `lists the configured first, each once`() async {
        let configured = ["us.\(Self.sonnet)", "my.model-v1", "us.\(Self.sonnet)", Self.profileARN]
        let models = await provider(configured).models()
        #expect(models.map(\.id) == ["us.\(Self.sonnet)", "my.model-v1", Self.profileARN] + Self.listedIDs.prefix(2))
        #expect(models.map(\.ownedBy).prefix(3) == ["anthropic", "my", "anthropic"])
    }

    @Test func `asks again only when the list is old, and meanwhile serves what it knows`() async {
        let provider = provider()
        #expect(await provider.models().map(\.id) == Self.listedIDs)
        time.advance(by: 599)
        _ = await provider.models()
        #expect(lists.calls == ["models": 1, "system": 1, "application": 1])
        time.advance(by: 1)
        lists.set { state in
            state.modelsAnswer = .hangs
            state.models = [.text("new.model-v1:0")]
        }
        // A hundred callers, one round, and nobody waits for it.
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { #expect(await provider.models().map(\.id) == Self.listedIDs) } }
        }
        // The round's deadline sleeps, so its calls are on their way.
        await time.waitForSleepers(1)
        lists.releaseOne()
        await ends(provider)
        #expect(lists.calls == ["models": 2, "system": 2, "application": 2])
        #expect(await provider.models().map(\.id).first == "new.model-v1:0")
    }

    /// Waits for the round under way.
    private func ends(_ provider: BedrockModelProvider) async { await provider.refreshEnds() }

    @Test func `waits a second for the first list and no longer`() async {
        lists.set { $0.modelsAnswer = .hangs }
        let provider = provider(["a.b"])
        let asked = Task { await provider.models().map(\.id) }
        // The deadline of the round and the caller's second.
        await time.waitForSleepers(2)
        time.advance(by: BedrockModelProvider.waitSeconds)
        #expect(await asked.value == ["a.b"])
        // The list comes late, for the next caller.
        lists.releaseOne()
        await ends(provider)
        #expect(await provider.models().count == 1 + Self.listedIDs.count)
        #expect(lists.calls["models"] == 1)
    }

    @Test func `a cancelled caller leaves at once and the round goes on`() async {
        lists.set { $0.modelsAnswer = .hangs }
        let provider = provider()
        let asked = Task { await provider.models() }
        await time.waitForSleepers(2)
        asked.cancel()
        #expect(await asked.value.isEmpty)
        lists.releaseOne()
        await ends(provider)
        #expect(await provider.models().map(\.id) == Self.listedIDs)
    }

    @Test func `a round that hangs is given up, and what came is kept`() async {
        lists.set { $0.modelsAnswer = .hangs }
        let provider = provider()
        let asked = Task { await provider.models() }
        await time.waitForSleepers(2)
        time.advance(by: ModelListRefresh.deadlineSeconds)
        _ = await asked.value
        await ends(provider)
        #expect(await provider.models().map(\.id) == [Self.profileARN, "us.\(Self.sonnet)", "us.cohere.embed-v4:0"])
        #expect(provider.listFailure != nil)
        #expect(time.sleeperCount == 0)
    }

    @Test func `pauses after a failure and keeps the parts it has`() async {
        lists.set { $0.modelsAnswer = .fails }
        let provider = provider()
        #expect(await provider.models().count == 3)
        #expect(provider.listFailure is FakeModelLists.Denied)
        lists.set { $0.modelsAnswer = .gives }
        time.advance(by: BedrockModelProvider.failurePauseSeconds - 1)
        #expect(await provider.models().count == 3)
        #expect(lists.calls["models"] == 1)
        time.advance(by: 1)
        _ = await provider.models()
        await ends(provider)
        #expect(await provider.models().map(\.id) == Self.listedIDs)
        #expect(provider.listFailure == nil)
        // A later failure takes nothing away.
        lists.set { state in
            state.modelsAnswer = .fails
            state.systemAnswer = .fails
            state.applicationAnswer = .fails
        }
        time.advance(by: 600)
        _ = await provider.models()
        await ends(provider)
        #expect(await provider.models().map(\.id) == Self.listedIDs)
        #expect(provider.listFailure != nil)
    }

    static let requests: [(id: String, model: String?, isFound: Bool)] = [
        (sonnet, sonnet, true), ("us.\(sonnet)", sonnet, true), (profileARN, sonnet, true),
        ("anthropic.claude-v2:1", "anthropic.claude-v2:1", true), ("nobody.knows-v1:0", nil, false),
        ("cohere.embed-v4:0", nil, false),
        ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/unknown", nil, false),
        ("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc", nil, true), ("gpt-4o", nil, false), ("", nil, false),
        ("e" + String(repeating: "\u{301}", count: 100_000), nil, false),
    ]

    @Test func `has the models that the complete list has, and no others`() async throws {
        let provider = provider()
        for row in Self.requests {
            let found = try await generator(provider, row.id)
            #expect((found != nil) == row.isFound, "\(row.id.prefix(80))")
            #expect(found?.modelID == (row.isFound ? row.id : nil))
            #expect(found?.model == row.model)
        }
        #expect(lists.calls["profile"] == nil)
    }

    @Test func `leaves it to Bedrock where the list cannot be had`() async throws {
        lists.set { state in
            state.modelsAnswer = .fails
            state.systemAnswer = .fails
            state.applicationAnswer = .fails
        }
        let provider = provider(["configured"])
        #expect(try await generator(provider, "nobody.knows-v1:0") != nil)
        #expect(try await generator(provider, "gpt-4o") == nil)
        #expect(try await generator(provider, "configured") != nil)
    }

    @Test func `a configured model waits for no list`() async throws {
        lists.set { $0.modelsAnswer = .hangs }
        #expect(try await generator(provider(["a.b"]), "a.b") != nil)
        #expect(lists.calls.isEmpty)
    }

    @Test func `asks once what is behind a configured application profile`() async throws {
        let provider = provider([Self.profileARN])
        for _ in 0..<3 { #expect(try await generator(provider, Self.profileARN)?.model == Self.sonnet) }
        #expect(lists.calls == ["profile": 1])
    }

    @Test func `does without when it cannot be told, and asks again after a pause`() async throws {
        lists.set { $0.profileAnswer = .fails }
        let provider = provider([Self.profileARN])
        for _ in 0..<3 {
            let made = try #require(try await generator(provider, Self.profileARN))
            #expect(made.model == nil)
        }
        #expect(lists.calls == ["profile": 1])
        time.advance(by: ProfileModels.pauseSeconds)
        lists.set { $0.profileAnswer = .gives }
        #expect(try await generator(provider, Self.profileARN)?.model == Self.sonnet)
        #expect(lists.calls == ["profile": 2])
    }

    @Test func `waits a second for what is behind a profile and no longer`() async throws {
        lists.set { $0.profileAnswer = .hangs }
        let provider = provider([Self.profileARN])
        let asked = Task { try await generator(provider, Self.profileARN) }
        await time.waitForSleepers(1)
        time.advance(by: BedrockModelProvider.waitSeconds)
        let made = try #require(try await asked.value)
        #expect(made.model == nil)
        let later = Task { try await generator(provider, Self.profileARN) }
        await time.waitForSleepers(1)
        lists.releaseOne()
        #expect(try await later.value?.model == Self.sonnet)
        #expect(lists.calls == ["profile": 1])
    }

    @Test func `remembers a bounded number of profiles`() async {
        let models = ProfileModels(clock: time.clock) { .application($0, model: Self.sonnet) }
        for index in 0..<1_000 {
            #expect(await models.model(of: "arn:\(index)", waitSeconds: 1)?.text == Self.sonnet)
            #expect(models.count <= ProfileModels.countMax)
        }
    }
}
