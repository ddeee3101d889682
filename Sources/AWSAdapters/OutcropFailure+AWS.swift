package import AWS
package import RAG

extension OutcropFailure {
    /// What a client is told of a failed call: the status its error has in Bedrock's model, and the remedy.
    package init(_ error: AWSError) { fatalError("contract") }
}
