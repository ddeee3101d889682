import Glibc

/// libFuzzer's entry. `FUZZ_TARGET` names the parser: `head`, `chunked`, `multipart` or `eventstream`. Built and run
/// by `make fuzz`, in one module with the pure sources of `HTTP` and `AWS`. A broken invariant traps, and libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    switch FuzzTarget.chosen {
    case .head: for limits in [HTTPLimits(), FuzzLimits.small] { HeadFuzz.check(bytes, limits) }
    case .chunked: for limits in [HTTPLimits(), FuzzLimits.small] { ChunkedFuzz.check(bytes, limits) }
    case .multipart: MultipartFuzz.check(Array(bytes))
    case .eventstream: EventStreamFuzz.check(Array(bytes))
    }
    return 0
}

/// An invariant that says what broke: the message of `precondition` is not printed in optimised builds.
func require(_ holds: Bool, _ message: @autoclosure () -> String) {
    if !holds { fatalError(message()) }
}

enum FuzzTarget: String {
    case head, chunked, multipart, eventstream

    static let chosen: FuzzTarget = {
        guard let name = getenv("FUZZ_TARGET"), let target = FuzzTarget(rawValue: String(cString: name)) else {
            fatalError("FUZZ_TARGET must be head, chunked, multipart or eventstream")
        }
        return target
    }()
}

enum FuzzLimits {
    /// So small that inputs of a few bytes reach every limit.
    static let small: HTTPLimits = {
        var limits = HTTPLimits()
        limits.requestLineBytesMax = 40
        limits.headBytesMax = 120
        limits.fieldCountMax = 4
        limits.bodyBytesMax = 24
        limits.chunkExtensionBytesMax = 8
        limits.trailerBytesMax = 12
        return limits
    }()

    /// Inputs up to this size are cut everywhere, longer ones at `cutsMax` places.
    static let everyCutBytesMax = 96
    static let cutsMax = 24

    /// Lists of cuts: none, everywhere, and each single one.
    static func splits(_ count: Int) -> [[Int]] {
        let step = count <= everyCutBytesMax ? 1 : (count + cutsMax - 1) / cutsMax
        return [[], Array(0..<count)] + stride(from: 0, to: count, by: step).map { [$0] }
    }
}
