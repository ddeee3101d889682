/// The multipart parser: the same events for every split, and no more held back than a delimiter.
enum MultipartFuzz {
    private struct Verdict: Equatable {
        var events: [MultipartParser.Event] = []
        var refusal: HTTPParseError?
    }

    static func check(_ bytes: [UInt8]) {
        let whole = verdict(bytes, [])
        for cuts in FuzzLimits.splits(bytes.count) {
            let split = verdict(bytes, cuts)
            require(split.refusal == whole.refusal, "the verdict depends on the split \(cuts)")
            // A refusal swallows the events of its own call, so only complete forms must agree in them.
            if whole.refusal == nil { require(split == whole, "the events depend on the split \(cuts)") }
        }
    }

    private static func verdict(_ bytes: [UInt8], _ cuts: [Int]) -> Verdict {
        var verdict = Verdict()
        do {
            var parser = try MultipartParser(contentType: "multipart/form-data; boundary=b", headerBytesMax: 128, partsMax: 3)
            var start = 0
            for end in cuts + [bytes.count] {
                for event in try parser.feed(Array(bytes[start..<end])) { append(event, to: &verdict.events) }
                start = end
            }
            try parser.finish()
        } catch {
            verdict.refusal = (error as? HTTPParseError) ?? HTTPParseError(status: 0, reason: "another error")
        }
        return verdict
    }

    private static func append(_ event: MultipartParser.Event, to events: inout [MultipartParser.Event]) {
        if case .data(let more) = event, case .data(let data)? = events.last {
            require(!more.isEmpty, "an empty data event")
            events[events.count - 1] = .data(data + more)
        } else {
            events.append(event)
        }
    }
}
