/// Writes a multipart/form-data body as a browser does.
struct MultipartForm {
    static let boundary = "----outcrop-test-boundary"
    static let contentType = "multipart/form-data; boundary=\(boundary)"

    var parts: [(head: String, content: [UInt8])] = []
    var isClosed = true

    mutating func field(_ name: String, _ value: String) {
        parts.append(("form-data; name=\"\(name)\"", Array(value.utf8)))
    }

    mutating func file(_ content: [UInt8], name: String = "file", filename: String = "x.txt") {
        parts.append(("form-data; name=\"\(name)\"; filename=\"\(filename)\"", content))
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for part in parts {
            bytes +=
                Array("--\(Self.boundary)\r\nContent-Disposition: \(part.head)\r\n\r\n".utf8) + part.content + Array("\r\n".utf8)
        }
        return isClosed ? bytes + Array("--\(Self.boundary)--\r\n".utf8) : bytes
    }
}
