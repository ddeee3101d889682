import Foundation
import RAG
import Testing

@testable import OpenAIAPI

/// The exact bytes of every answer that is not part of a stream.
struct AnswerEncodingTests {
    private func text(_ item: some WireEncodable) -> String { String(decoding: item.encoded(), as: UTF8.self) }

    private let job = SyncJobObject(
        id: "job_1", status: "running", startedAt: 1, finishedAt: nil,
        counts: SyncJobObject.Counts(scanned: 5, added: 4, updated: 3, deleted: 2, failed: 1),
        failures: [SyncJobObject.Failure(documentID: "doc_1", filename: "a.pdf", reason: "encrypted")], error: nil,
        progress: SyncJobObject.Progress(filesDone: 1, filesTotal: 9, chunksDone: 7, elapsedSeconds: 0.5, currentFile: "b.md"))

    private let jobText =
        #"{"id":"job_1","object":"kb.sync_job","status":"running","started_at":1,"finished_at":null,"scanned":5,"added":4,"updated":3,"#
        + #""deleted":2,"failed":1,"failures":[{"document_id":"doc_1","filename":"a.pdf","reason":"encrypted"}],"error":null,"#
        + #""progress":{"files_done":1,"files_total":9,"chunks_done":7,"elapsed_seconds":0.5,"current_file":"b.md"}}"#

    private let document = DocumentObject(
        id: "doc_1", filename: "Süd.pdf", byteCount: 10, contentType: "application/pdf", etag: "ab", createdAt: 1,
        status: "indexed",
        pageCount: 2, chunkCount: 3, error: nil, metadata: ["year": .number(2024), "tags": .array([.string("a")])])

    private let documentText =
        #"{"id":"doc_1","object":"document","filename":"Süd.pdf","bytes":10,"content_type":"application/pdf","etag":"ab","created_at":1,"#
        + #""status":"indexed","pages":2,"chunks":3,"error":null,"metadata":{"tags":["a"],"year":2024}}"#

    @Test func `a completion carries annotations and citations`() {
        let completion = ChatCompletion(
            id: "chatcmpl-1", created: 1, model: "m", text: "Yes. [1]", citations: [Citation.samples[0]], linkFor: Citation.link,
            finishReason: .stop, usage: Usage(promptTokens: 1, completionTokens: 2))
        let annotation =
            #"{"type":"url_citation","url_citation":{"url":"/v1/documents/doc_a/content","title":"a b.pdf","start_index":5,"end_index":8}}"#
        let message = #"{"role":"assistant","content":"Yes. [1]","refusal":null,"annotations":[\#(annotation)]}"#
        let start =
            #"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":\#(message),"#
        let written = text(completion)
        #expect(
            written.hasPrefix(
                start + #""logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"#))
        #expect(written.hasSuffix(#""url":"/v1/documents/doc_a/content","markers":[{"start":5,"end":8}]}]}"#))
    }

    @Test func `an upload lists its fields in order`() {
        let upload = DocumentUpload(
            id: "doc_1", filename: "a.txt", url: "/v1/uploads",
            fields: [("key", "k"), ("Content-Type", "text/plain"), ("a", "b")],
            bytesMax: 5, expiresAt: 9)
        #expect(
            text(upload)
                == #"{"id":"doc_1","object":"document.upload","filename":"a.txt","upload":{"method":"POST","url":"/v1/uploads","#
                + #""fields":{"key":"k","Content-Type":"text/plain","a":"b"}},"max_bytes":5,"expires_at":9}"#)
    }

    @Test func `documents come alone, in lists and deleted`() {
        #expect(text(document) == documentText)
        #expect(
            text(DocumentList([document], hasMore: true))
                == #"{"object":"list","data":[\#(documentText)],"first_id":"doc_1","last_id":"doc_1","has_more":true}"#)
        #expect(
            text(DocumentList([], hasMore: false))
                == #"{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}"#)
        #expect(text(DocumentDeleted(id: "doc_1")) == #"{"id":"doc_1","object":"document.deleted","deleted":true}"#)
    }

    @Test func `a job comes alone and in the status`() {
        #expect(text(job) == jobText)
        let counts = KBStatusObject.DocumentCounts(total: 6, indexed: 3, pending: 2, failed: 1)
        let status = KBStatusObject(
            generation: 4, documents: counts, chunkCount: 8, embeddingModel: "e", dimensions: 384, job: job)
        #expect(
            text(status)
                == #"{"object":"kb.status","generation":4,"documents":{"total":6,"indexed":3,"pending":2,"failed":1},"chunks":8,"#
                + #""embedding_model":"e","dimensions":384,"job":\#(jobText)}"#)
        let empty = KBStatusObject(
            generation: 0, documents: counts, chunkCount: 0, embeddingModel: nil, dimensions: nil, job: nil)
        #expect(text(empty).hasSuffix(#""chunks":0,"embedding_model":null,"dimensions":null,"job":null}"#))
    }

    @Test func `search results take OpenAI's form and add page, headings and range`() {
        let passage = Passage(
            chunkID: 1, documentID: "doc_1", filename: "a.pdf", page: 2, headings: ["H"], text: "words", range: 3..<8, score: 0.5,
            metadata: ["k": .string("v")])
        let hit =
            #"{"file_id":"doc_1","filename":"a.pdf","score":0.5,"attributes":{"k":"v"},"content":[{"type":"text","text":"words"}],"#
            + #""page":2,"headings":["H"],"range":{"start":3,"end":8}}"#
        #expect(
            text(SearchResults(queries: ["q"], passages: [passage]))
                == #"{"object":"vector_store.search_results.page","search_query":["q"],"data":[\#(hit)],"has_more":false,"next_page":null}"#
        )
    }

    @Test func `health is degraded when there is something to note`() {
        let healthy = HealthObject(version: "1", generation: 2, documentCount: 3, chunkCount: 4, model: "m", embeddingModel: "e")
        #expect(
            text(healthy)
                == #"{"status":"ok","version":"1","generation":2,"documents":3,"chunks":4,"model":"m","embedding_model":"e","notes":[]}"#
        )
        var degraded = healthy
        degraded.embeddingModel = nil
        degraded.notes = ["no model"]
        #expect(text(degraded).hasPrefix(#"{"status":"degraded","#))
        #expect(text(degraded).hasSuffix(#""embedding_model":null,"notes":["no model"]}"#))
    }

    @Test func `embeddings come as numbers or as little-endian base64`() throws {
        let vectors: [[Float]] = [[1, -2.5, 0.1], [.leastNonzeroMagnitude, 3.4028235e38, -0.0]]
        let floats = EmbeddingsResponse(model: "m", embeddings: vectors, encodingFormat: .float, promptTokens: 7)
        #expect(
            text(floats).hasPrefix(#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1.0,-2.5,0.1]},"#))
        #expect(text(floats).hasSuffix(#"],"model":"m","usage":{"prompt_tokens":7,"total_tokens":7}}"#))
        let base64 = EmbeddingsResponse(model: "m", embeddings: vectors, encodingFormat: .base64, promptTokens: 7)
        // python3: base64.b64encode(struct.pack("<3f", 1, -2.5, 0.1))
        #expect(text(base64).contains(#""embedding":"AACAPwAAIMDNzMw9""#))
        #expect(try decodedFloats(floats) == vectors)
        let data = try #require(Data(base64Encoded: EmbeddingsResponse.base64(vectors[1])))
        let decoded = data.withUnsafeBytes { bytes in
            (0..<3).map { Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))) }
        }
        #expect(decoded.map(\.bitPattern) == vectors[1].map(\.bitPattern))
    }

    private func decodedFloats(_ response: EmbeddingsResponse) throws -> [[Float]] {
        struct Wire: Decodable {
            struct Item: Decodable { var embedding: [Float] }
            var data: [Item]
        }
        return try JSONDecoder().decode(Wire.self, from: Data(response.encoded())).data.map(\.embedding)
    }
}
