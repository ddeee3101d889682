extension Assistant {
    /// What strict grounding answers, word for word, when the documents do not help.
    package static let nothingFoundText = "I couldn't find relevant information in the documents."
    /// What it adds when there are no documents at all.
    package static let addDocumentsText =
        "There are none yet: put files into the documents folder or upload them with POST /v1/documents, then call POST /v1/kb/sync."

    /// The answer that needs no generator; nil when the generator is to be asked.
    func refusal(_ state: GroundingState) -> String? {
        switch state {
        case .nothingFound where settings.isStrict: Self.nothingFoundText
        case .noDocuments where settings.isStrict: Self.nothingFoundText + " " + Self.addDocumentsText
        default: nil
        }
    }
}
