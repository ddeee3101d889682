internal import RAG

/// OpenAI's wording and codes for what can be wrong with a field.
extension JSONFields {
    static func mismatch(_ place: String, _ expected: String, _ node: JSONNode) -> OutcropFailure {
        OutcropFailure(
            .invalidRequest, code: "invalid_type",
            "Invalid type for '\(place)': expected \(expected), but got \(node.kindName) instead.", parameter: place)
    }

    static func invalid(_ place: String, _ code: String, _ what: String) -> OutcropFailure {
        OutcropFailure(.invalidRequest, code: code, "Invalid '\(place)': \(what)", parameter: place)
    }

    static func unsupported(_ place: String, value: String, allowed: [String]) -> OutcropFailure {
        let list = allowed.map { "'\($0)'" }.joined(separator: ", ")
        return OutcropFailure(
            .invalidRequest, code: "invalid_value",
            "Invalid value for '\(place)': '\(value.excerpt(64))'. Supported values are: \(list).", parameter: place)
    }

    static func outOfRange(
        _ place: String, _ kind: String, isAbove: Bool, limits: (low: String, high: String), got: String
    ) -> OutcropFailure {
        let bound =
            isAbove
            ? "above maximum value. Expected a value <= \(limits.high)" : "below minimum value. Expected a value >= \(limits.low)"
        return invalid(place, "\(kind)_\(isAbove ? "above_max" : "below_min")_value", "\(kind) \(bound), but got \(got) instead.")
    }

    static func checkLength(_ text: String, _ charactersMax: Int, _ place: String) throws -> String {
        guard text.unicodeScalars.count > charactersMax else { return text }
        throw invalid(
            place, "string_above_max_length",
            "string too long. Expected at most \(charactersMax) characters, but got \(text.unicodeScalars.count) instead.")
    }

    /// As a client would write it: 2, not 2.0.
    static func shortest(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? String(number)
    }
}
