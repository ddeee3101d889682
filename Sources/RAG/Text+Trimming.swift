extension StringProtocol {
    /// Without whitespace at either end.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(self[first..<scalars.index(after: last)])
    }

    /// Whether nothing of it can be seen: whitespace, control characters such as NUL, and invisible marks alone. An encoder would
    /// still give a vector for it, near to documents that have nothing to do with it.
    package var isBlank: Bool { unicodeScalars.allSatisfy { $0.isInvisible } }

    /// At most `scalarCountMax` scalars: all of it, or the beginning and the end, where questions stand in a long paste.
    func bounded(scalarCountMax: Int) -> String {
        let scalars = unicodeScalars
        guard scalars.count > scalarCountMax else { return String(self) }
        let half = scalarCountMax / 2
        let head = scalars.index(scalars.startIndex, offsetBy: half)
        let tail = scalars.index(scalars.endIndex, offsetBy: half + 1 - scalarCountMax)
        return "\(self[..<head]) \(self[tail...])"
    }
}

extension Unicode.Scalar {
    fileprivate var isInvisible: Bool {
        switch properties.generalCategory {
        case .control, .format: true
        default: properties.isWhitespace || properties.isDefaultIgnorableCodePoint
        }
    }
}
