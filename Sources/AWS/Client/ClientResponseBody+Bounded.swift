internal import HTTPClient

extension ClientResponseBody {
    /// The whole body; nil when it is longer than `bytesMax`.
    func bytes(atMost bytesMax: Int) async throws -> [UInt8]? {
        do {
            return try await collect(bytesMax: bytesMax)
        } catch let error as HTTPClientError where error.code == .tooLarge {
            return nil
        }
    }

    /// What is read of an error's body; AWS's own are some hundred bytes.
    static let errorBytesMax = 64 * 1024

    /// As much of an error's body as comes and is needed: the status alone is an error too, so a body that breaks off is no reason to fail.
    func errorBytes() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await piece in self {
                bytes += piece.prefix(Self.errorBytesMax - bytes.count)
                if bytes.count >= Self.errorBytesMax { break }
            }
        } catch is HTTPClientError {}
        return bytes
    }
}
