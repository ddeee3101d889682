package import AWS
package import RAG

/// Retrieves from an existing Bedrock Knowledge Base in place of the local index.
package final class BedrockKnowledgeBaseRetriever: Retriever {
    package init(knowledgeBaseID: String, agentRuntime: BedrockAgentRuntime) { fatalError("contract") }

    package func retrieve(_ query: RetrievalQuery) async throws -> [Passage] { fatalError("contract") }
    package func hasDocuments() async throws -> Bool { fatalError("contract") }
    package func storedText(documentID: String, range: Range<Int>) async throws -> String? { fatalError("contract") }
}
