internal import HTTPTypes

/// Step 1 of a signature: the request in the one form that both sides can rebuild.
/// Source: AWS IAM User Guide, "Create a signed AWS API request", step 1.
struct CanonicalRequest {
    /// How the path goes in.
    enum PathRule {
        /// As it is sent: S3, where a key may hold `//` and `..`.
        case asSent
        /// Encoded once more, `%` included.
        case encoded
        /// Without dot segments and empty segments, then encoded once more: every service but S3.
        case normalizedAndEncoded
    }

    private(set) var bytes: [UInt8] = []

    /// `payloadHash` is in hexadecimal, or one of the names that stand for none.
    init(
        method: HTTPRequest.Method, path: ArraySlice<UInt8>, rule: PathRule, query: ArraySlice<UInt8>, headers: CanonicalHeaders,
        payloadHash: some Collection<UInt8>
    ) {
        bytes.reserveCapacity(512 + path.count * 2 + query.count * 2 + headers.lines.count)
        appendLine(method.rawValue.utf8)
        appendPath(path, rule)
        bytes.append(.newline)
        appendQuery(query)
        bytes.append(.newline)
        appendLine(headers.lines)
        appendLine(headers.signedNames)
        bytes += payloadHash
    }

    private mutating func appendLine(_ line: some Collection<UInt8>) {
        bytes += line
        bytes.append(.newline)
    }

    private mutating func appendPath(_ path: ArraySlice<UInt8>, _ rule: PathRule) {
        switch rule {
        case _ where path.isEmpty: bytes.append(.slash)
        case .asSent: bytes += path
        case .encoded: PercentEncoding.append(path, keepsSlash: true, to: &bytes)
        case .normalizedAndEncoded: appendNormalized(path)
        }
    }

    /// RFC 3986 §5.2.4, and empty segments go too.
    private mutating func appendNormalized(_ path: ArraySlice<UInt8>) {
        var segments: [ArraySlice<UInt8>] = []
        for segment in path.split(separator: .slash) {
            if segment.elementsEqual("..".utf8) {
                _ = segments.popLast()
            } else if !segment.elementsEqual(".".utf8) {
                segments.append(segment)
            }
        }
        for segment in segments {
            bytes.append(.slash)
            PercentEncoding.append(segment, keepsSlash: false, to: &bytes)
        }
        if segments.isEmpty || path.last == .slash { bytes.append(.slash) }
    }

    /// Parameters sorted by encoded name, then by encoded value; one without `=` has an empty value.
    private mutating func appendQuery(_ query: ArraySlice<UInt8>) {
        guard !query.isEmpty else { return }
        var parameters = query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).map(QueryParameter.init)
        parameters.sort()
        for (index, parameter) in parameters.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "&")) }
            bytes += parameter.name
            bytes.append(UInt8(ascii: "="))
            bytes += parameter.value
        }
    }
}

private struct QueryParameter: Comparable {
    var name: [UInt8] = []
    var value: [UInt8] = []

    init(_ text: ArraySlice<UInt8>) {
        let encodedName = text.prefix { $0 != UInt8(ascii: "=") }
        PercentEncoding.appendCanonical(encodedName, to: &name)
        PercentEncoding.appendCanonical(text[encodedName.endIndex...].dropFirst(), to: &value)
    }

    static func < (one: QueryParameter, other: QueryParameter) -> Bool {
        one.name == other.name ? one.value.lexicographicallyPrecedes(other.value) : one.name.lexicographicallyPrecedes(other.name)
    }
}

extension UInt8 {
    static let newline = UInt8(ascii: "\n")
    static let slash = UInt8(ascii: "/")
}
