/// Why a file gave no text, in words for its owner.
package struct ExtractionError: Error, Hashable, Sendable {
    package enum Code: String, Sendable {
        case unreadable, unsupported, tooLarge, noText, timedOut, damaged, encrypted, toolMissing
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension ExtractionError: CustomStringConvertible {
    package var description: String { "\(code.rawValue): \(message)" }
}
