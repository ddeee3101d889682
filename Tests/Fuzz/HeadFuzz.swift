internal import HTTPTypes

/// The head parser: the same verdict for every split, and nothing dangerous in what it accepts.
enum HeadFuzz {
    private enum Verdict: Equatable {
        case complete(HTTPRequest, RequestHead.Framing, keepsAlive: Bool, expectsContinue: Bool, consumed: Int)
        case needMore
        case refused(HTTPParseError)
    }

    static func check(_ bytes: UnsafeRawBufferPointer, _ limits: HTTPLimits) {
        let whole = verdict(bytes, [], limits)
        if case .complete(let request, let framing, _, _, let consumed) = whole {
            checkAccepted(bytes, request, framing, limits)
            require(consumed <= bytes.count, "consumed more than there is")
            require(consumed <= limits.headBytesMax + 2 * RequestHeadParser.leadingBlankLinesMax, "a head over its limit")
            let exact = verdict(UnsafeRawBufferPointer(rebasing: bytes[..<consumed]), [], limits)
            require(exact == whole, "the verdict depends on what follows the head")
        }
        for cuts in FuzzLimits.splits(bytes.count) {
            require(verdict(bytes, cuts, limits) == whole, "the verdict depends on the split \(cuts)")
        }
    }

    private static func verdict(_ bytes: UnsafeRawBufferPointer, _ cuts: [Int], _ limits: HTTPLimits) -> Verdict {
        var parser = RequestHeadParser(limits: limits)
        for end in cuts + [bytes.count] {
            switch parser.parse(UnsafeRawBufferPointer(rebasing: bytes[..<end])) {
            case .complete(let head, let consumed):
                return .complete(
                    head.request, head.framing, keepsAlive: head.keepsAlive, expectsContinue: head.expectsContinue,
                    consumed: consumed)
            case .refused(let error): return .refused(error)
            case .needMore: continue
            }
        }
        return .needMore
    }

    private static func checkAccepted(
        _ bytes: UnsafeRawBufferPointer, _ request: HTTPRequest, _ framing: RequestHead.Framing, _ limits: HTTPLimits
    ) {
        require(request.headerFields.count <= limits.fieldCountMax, "too many fields")
        if case .length(let count) = framing {
            require((0...limits.bodyBytesMax).contains(count), "a length over its limit")
        }
        for field in request.headerFields {
            // HTTPField silently turns what it does not like into spaces: that must never have been needed.
            let value = field.withUnsafeBytesOfValue { Array($0) }
            require(holds(bytes, value), "a value that was not sent")
        }
        guard let path = request.path else { fatalError("no path") }
        require(path == "*" || path.hasPrefix("/"), "the path is in neither form")
        guard let target = try? RequestTarget(path) else { return }
        for segment in target.segments {
            require(
                !segment.holdsControlCharacter && segment != "." && segment != ".." && !segment.hasPrefix("../"), "a bad segment")
        }
    }

    private static func holds(_ bytes: UnsafeRawBufferPointer, _ value: [UInt8]) -> Bool {
        value.isEmpty || (0..<bytes.count).contains { bytes[$0...].starts(with: value) }
    }
}
