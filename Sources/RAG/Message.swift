/// One turn of a conversation, in the order the client sent it.
package struct Message: Hashable, Sendable {
    package enum Role: String, Codable, Sendable {
        case system, developer, user, assistant, tool
    }

    package var role: Role
    /// The text of the turn; content parts are joined with a newline.
    package var text: String

    package init(role: Role, text: String) {
        self.role = role
        self.text = text
    }
}
