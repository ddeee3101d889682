import Testing

@testable import RAG

@Suite struct `Markers and citations` {
    static let answer = "Ä🪨 is [1], hard[2][3] and [1, 2] or [ 4 ,5 ]; not [x], [1-2], [], [,1], [1,], [12345], [[7]]."

    static func markers(_ pieces: [String]) -> [MarkerScanner.Marker] {
        var scanner = MarkerScanner()
        for piece in pieces { scanner.read(piece) }
        return scanner.markers
    }

    @Test func `finds markers with their places`() {
        let scalars = Array(Self.answer.unicodeScalars)
        let found = Self.markers([Self.answer]).map { "\($0.number)@" + string(scalars[$0.range]) }
        #expect(
            found == ["1@[1]", "2@[2]", "3@[3]", "1@[1, 2]", "2@[1, 2]", "4@[ 4 ,5 ]", "5@[ 4 ,5 ]", "7@[7]"])
    }

    @Test func `finds the same markers wherever the text is cut`() {
        let whole = Self.markers([Self.answer])
        let scalars = Array(Self.answer.unicodeScalars)
        for first in 0...scalars.count {
            #expect(Self.markers([string(scalars[..<first]), string(scalars[first...])]) == whole, "cut at \(first)")
        }
        #expect(Self.markers(scalars.map { String($0) }) == whole)
    }

    @Test func `stops recording at its limits`() {
        #expect(Self.markers([String(repeating: "[1]", count: MarkerScanner.markersMax + 5)]).count == MarkerScanner.markersMax)
        let many = (1...(MarkerScanner.numbersPerMarkerMax + 1)).map(String.init).joined(separator: ",")
        #expect(Self.markers(["[\(many)]"]).isEmpty)
        #expect(Self.markers(["[1,1]"]).map(\.number) == [1])
    }

    static let text = "Granite is hard. Chalk is soft. Slate splits."
    static let passages = [
        passage("Granite is hard.", at: 0), passage("Chalk is soft.", at: 17), passage("Slate splits.", at: 32),
    ]

    private func citations(_ answer: String, texts: [String: String] = ["doc_a": text]) async throws -> [Citation] {
        let result = try await Answer(
            assistant(FakeRetriever(Self.passages, texts: texts))
                .answer(AnswerRequest(messages: [user("q")]), with: ScriptedGenerator(answer)))
        return try #require(result.citations)
    }

    @Test func `cites what is marked, by number`() async throws {
        let citations = try await citations("Slate [3] not granite [1]. Slate [3].")
        #expect(citations.map(\.number) == [1, 3])
        #expect(citations.map(\.excerpt) == ["Granite is hard.", "Slate splits."])
        #expect(citations[1].markers == [6..<9, 33..<36])
    }

    @Test func `an unknown number gets no citation`() async throws {
        #expect(try await citations("Both [2] and [9] and [0].").map(\.number) == [2])
    }

    @Test(arguments: ["No marker.", "Only an unknown one [9]."])
    func `an answer without a usable marker cites all its passages`(answer: String) async throws {
        let citations = try await citations(answer)
        #expect(citations.map(\.number) == [1, 2, 3])
        #expect(citations.allSatisfy { $0.markers.isEmpty })
    }

    @Test(arguments: [
        ["doc_a": "Granite is hard. Chalk is sOft. Slate splits."], ["doc_a": "Granite is hard. "],
        // The same characters to a reader, but other scalars.
        ["doc_a": "Granite is hard. Chalk is sóft. Slate splits."], [:],
    ]) func `a passage that is not in its document any more is not cited`(texts: [String: String]) async throws {
        #expect(try await citations("Chalk [2].", texts: texts).isEmpty)
    }

    @Test func `overlapping passages become one number with the joined text`() async throws {
        let overlapping = [passage("Chalk is soft.", at: 17, score: 0.6), passage("Granite is hard. Chalk", at: 0, score: 0.9)]
        let generator = ScriptedGenerator("Rock [1].")
        let result = try await Answer(
            assistant(FakeRetriever(overlapping, texts: ["doc_a": Self.text]))
                .answer(AnswerRequest(messages: [user("q")]), with: generator))
        #expect(generator.requests[0].passages.map(\.text) == ["Granite is hard. Chalk is soft."])
        #expect(result.citations?.map(\.range) == [0..<31])
        #expect(result.citations?.map(\.score) == [0.9])
    }

    @Test func `joins through a chain and keeps apart what must stay apart`() {
        let chain = [passage("aaaa", at: 0), passage("aaaa", at: 6), passage("aaaa", at: 3)]
        #expect(PassageMerger.merged(chain).map(\.range) == [0..<10])
        #expect(PassageMerger.merged([passage("aaaa"), passage("aaaa")]).count == 1)
        #expect(PassageMerger.merged([passage("aaaa"), passage("aaaa", document: "doc_b")]).count == 2)
        #expect(PassageMerger.merged([passage("aaaa", page: 1), passage("aaaa", page: 2)]).count == 2)
        #expect(PassageMerger.merged([passage("aaaa"), passage("aaaa", at: 4)]).count == 2)
        let long = String(repeating: "a", count: PassageMerger.scalarCountMax - 2)
        #expect(PassageMerger.merged([passage(long), passage("aaaa", at: 10)]).count == 1)
        #expect(PassageMerger.merged([passage(long), passage("aaaaaa", at: long.count - 1)]).count == 2)
    }
}
