/// The chunk decoder: the same verdict and data for every split and room, limits kept, and data that survives another round.
enum ChunkedFuzz {
    private struct Verdict: Equatable {
        var body: [UInt8] = []
        var consumed: Int?
        var refusal: HTTPParseError?
    }

    static func check(_ bytes: UnsafeRawBufferPointer, _ limits: HTTPLimits) {
        let whole = verdict(bytes, [], .max / 2, limits)
        require(whole.body.count <= limits.bodyBytesMax, "a body over its limit")
        for cuts in FuzzLimits.splits(bytes.count) {
            require(verdict(bytes, cuts, .max / 2, limits) == whole, "the verdict depends on the split \(cuts)")
        }
        for room in [1, 3] { require(verdict(bytes, [], room, limits) == whole, "the verdict depends on the room") }
        if whole.consumed != nil { checkRound(whole.body, limits) }
    }

    private static func verdict(_ bytes: UnsafeRawBufferPointer, _ cuts: [Int], _ room: Int, _ limits: HTTPLimits) -> Verdict {
        var decoder = ChunkedDecoder(limits: limits)
        var verdict = Verdict()
        var start = 0
        for end in cuts + [bytes.count] {
            while start < end {
                let before = verdict.body.count
                let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                let outcome = decoder.decode(piece, into: &verdict.body, outputMax: room)
                require(verdict.body.count - before <= room, "more output than room")
                switch outcome {
                case .needMore(let consumed):
                    require(consumed == piece.count || verdict.body.count - before == room, "input left without need")
                    require((1...piece.count).contains(consumed), "no progress")
                    start += consumed
                case .complete(let consumed):
                    require((1...piece.count).contains(consumed), "consumed more than there is")
                    verdict.consumed = start + consumed
                    return verdict
                case .refused(let error):
                    verdict.refusal = error
                    return verdict
                }
            }
        }
        return verdict
    }

    private static func checkRound(_ body: [UInt8], _ limits: HTTPLimits) {
        let size = String(body.count, radix: 16)
        let chunk = body.isEmpty ? [] : Array("\(size)\r\n".utf8) + body + Array("\r\n".utf8)
        let wire = chunk + Array("0\r\n\r\n".utf8)
        let again = wire.withUnsafeBytes { verdict($0, [], .max / 2, limits) }
        require(again == Verdict(body: body, consumed: wire.count), "the body does not survive another round")
    }
}
