extension MetadataFilter {
    /// Whether a document with these attributes passes.
    ///
    /// `eq` and `in` compare type and value exactly; an attribute that is a list passes when one of its elements does.
    /// `ne` and `nin` are their negation, so that a document without the key passes. `gt`, `gte`, `lt`, `lte` hold between
    /// two numbers or two strings (by Unicode scalar), never otherwise.
    package func matches(_ attributes: [String: JSONValue]) -> Bool {
        switch self {
        case .compare(let key, let comparison, let operand): comparison.holds(attributes.value(exactly: key), operand)
        case .and(let filters): filters.allSatisfy { $0.matches(attributes) }
        case .or(let filters): filters.contains { $0.matches(attributes) }
        }
    }
}

extension [String: JSONValue] {
    /// The key byte for byte, where the dictionary itself takes canonically equal ones for the same.
    fileprivate func value(exactly key: String) -> JSONValue? {
        index(forKey: key).flatMap { self[$0].key.isIdentical(to: key) ? self[$0].value : nil }
    }
}

extension MetadataFilter.Comparison {
    fileprivate func holds(_ attribute: JSONValue?, _ operand: JSONValue) -> Bool {
        switch self {
        case .eq: attribute.map { $0.elements.contains(operand) } ?? false
        case .ne: !Self.eq.holds(attribute, operand)
        case .in: attribute.map { attribute in operand.elements.contains { attribute.elements.contains($0) } } ?? false
        case .nin: !Self.in.holds(attribute, operand)
        case .gt: attribute.map { $0.elements.contains { $0.order(operand) == .after } } ?? false
        case .gte: attribute.map { $0.elements.contains { [.after, .same].contains($0.order(operand)) } } ?? false
        case .lt: attribute.map { $0.elements.contains { $0.order(operand) == .before } } ?? false
        case .lte: attribute.map { $0.elements.contains { [.before, .same].contains($0.order(operand)) } } ?? false
        }
    }
}

extension JSONValue {
    fileprivate enum Order { case before, same, after }

    /// A list's elements, or the value alone.
    fileprivate var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [self] }
    }

    /// nil between values that have no order.
    fileprivate func order(_ other: JSONValue) -> Order? {
        switch (self, other) {
        case (.number(let left), .number(let right)):
            left < right ? .before : left > right ? .after : left == right ? .same : nil
        case (.string(let left), .string(let right)):
            left.unicodeScalars.elementsEqual(right.unicodeScalars)
                ? .same : left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars) ? .before : .after
        default: nil
        }
    }
}
