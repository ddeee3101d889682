internal import AWS
internal import RAG

extension ConverseRequest {
    /// The request that RAG built, as Converse takes it from this model.
    init(_ request: GenerationRequest, traits: ModelTraits) {
        var turns = request.messages.map(ConverseMessage.init)
        let system = request.system.isBlank ? nil : request.system
        if let system, !traits.takesSystem {
            // The model has no place for it but the beginning of the conversation.
            turns.insert(ConverseMessage(role: .user, content: [.text(system)]), at: 0)
        }
        self.init(
            messages: MessageRepair(MessageRules(traits)).repaired(turns),
            system: traits.takesSystem ? system.map { [.text($0)] } : nil,
            inferenceConfig: InferenceConfiguration(request.options, traits: traits))
    }
}

extension ConverseMessage {
    /// A tool's text and stray instructions become the user's.
    fileprivate init(_ message: Message) {
        self.init(role: message.role == .assistant ? .assistant : .user, content: [.text(message.text)])
    }
}
