/// A source of models beyond those built in: it may know more by name than it lists.
package protocol ModelProvider: Sendable {
    /// What is known now; waits at most a second for the first answer of a remote list, and never fails.
    func models() async -> [ModelListing]
    /// The model's generator, or nil where this provider has no such model. Throws `OutcropFailure`.
    func generator(for id: String) async throws -> (any Generator)?
}

package struct ModelListing: Hashable, Sendable {
    package var id: String
    /// Such as `anthropic`.
    package var ownedBy: String

    package init(id: String, ownedBy: String) {
        self.id = id
        self.ownedBy = ownedBy
    }
}
