/// Any member name.
struct UnionKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// The one member of a union that is there. Members that are null do not count (Smithy, "Union serialization").
    func unionMember() throws -> (KeyedDecodingContainer<UnionKey>, UnionKey) {
        let union = try container(keyedBy: UnionKey.self)
        let names = try union.allKeys.filter { try !union.decodeNil(forKey: $0) && $0.stringValue != "__type" }
        guard names.count == 1 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: codingPath, debugDescription: "a union with \(names.count) members in place of one"))
        }
        return (union, names[0])
    }
}
