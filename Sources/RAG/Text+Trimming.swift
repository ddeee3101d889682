extension StringProtocol {
    /// Without whitespace at either end.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(self[first..<scalars.index(after: last)])
    }

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
