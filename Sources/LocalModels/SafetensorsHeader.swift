import FoundationEssentials

/// The proved header of a safetensors file: names, types, shapes and byte ranges that exactly fill the data.
package struct SafetensorsHeader: Sendable {
    package static let byteCountMax = 8 << 20
    package static let tensorCountMax = 20_000
    package static let rankMax = 8

    package struct Tensor: Hashable, Sendable {
        package let dtype: String
        package let shape: [Int]
        /// Bytes relative to the start of the data.
        package let range: Range<Int>
    }

    package struct Problem: Error, Hashable {
        package let message: String
        init(_ message: String) { self.message = message }
    }

    package let tensors: [String: Tensor]

    /// The length of the JSON header of a file, proved to lie within it.
    package static func byteCount(in file: UnsafeRawBufferPointer) throws(Problem) -> Int {
        guard file.count >= 8 else { throw Problem("\(file.count) bytes are too few for a safetensors header") }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(byteCountMax) else {
            throw Problem("the header claims \(length) bytes, over the limit of \(byteCountMax)")
        }
        guard length <= UInt64(file.count - 8) else { throw Problem("the header claims \(length) bytes, more than the file has") }
        return Int(length)
    }

    /// Parses the JSON and proves: known types, shape × size = bytes without overflow, ranges in the data, no overlap, no gap.
    package init(_ json: Slice<UnsafeRawBufferPointer>, dataByteCount: Int) throws(Problem) {
        guard json.first == UInt8(ascii: "{") else { throw Problem("the header is no JSON object") }
        let entries: [String: Entry]
        do {
            entries = try JSONDecoder().decode([String: Entry].self, from: Data(json))
        } catch {
            throw Problem("the header is no valid JSON of tensors")
        }
        guard entries.count <= Self.tensorCountMax else {
            throw Problem("\(entries.count) tensors, over the limit of \(Self.tensorCountMax)")
        }
        var tensors: [String: Tensor] = [:]
        for (name, entry) in entries where name != "__metadata__" {
            tensors[name] = try entry.proved(name, dataByteCount: dataByteCount)
        }
        try Self.proveCover(tensors, dataByteCount: dataByteCount)
        self.tensors = tensors
    }

    /// The ranges lie end to end from 0 to the end of the data.
    private static func proveCover(_ tensors: [String: Tensor], dataByteCount: Int) throws(Problem) {
        var end = 0
        let ordered = tensors.sorted {
            ($0.value.range.lowerBound, $0.value.range.upperBound) < ($1.value.range.lowerBound, $1.value.range.upperBound)
        }
        for (name, tensor) in ordered {
            guard tensor.range.lowerBound >= end else { throw Problem("tensor \(quoted(name)) overlaps another") }
            guard tensor.range.lowerBound == end else { throw Problem("there is a gap before tensor \(quoted(name))") }
            end = tensor.range.upperBound
        }
        guard end == dataByteCount else { throw Problem("\(dataByteCount - end) bytes belong to no tensor") }
    }

    /// A name of the file for a message: short and without control characters.
    fileprivate static func quoted(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.prefix(80).map { $0.value < 0x20 ? "?" : $0 }))
    }

    private struct Entry: Decodable {
        var dtype: String?
        var shape: [Int]?
        var data_offsets: [Int]?

        func proved(_ name: String, dataByteCount: Int) throws(Problem) -> Tensor {
            let name = SafetensorsHeader.quoted(name)
            guard let dtype, let shape, let data_offsets, data_offsets.count == 2 else {
                throw Problem("tensor \(name) lacks dtype, shape or data_offsets")
            }
            guard let size = Self.sizes[dtype] else {
                throw Problem("tensor \(name) has the unknown type \(SafetensorsHeader.quoted(dtype))")
            }
            let (begin, end) = (data_offsets[0], data_offsets[1])
            guard begin >= 0, begin <= end, end <= dataByteCount else {
                throw Problem("tensor \(name) claims bytes \(begin) to \(end) of \(dataByteCount)")
            }
            guard shape.count <= SafetensorsHeader.rankMax else { throw Problem("tensor \(name) has \(shape.count) dimensions") }
            var byteCount = size
            for extent in shape {
                let (product, overflow) = byteCount.multipliedReportingOverflow(by: extent)
                guard extent >= 0, !overflow else { throw Problem("tensor \(name) has an impossible shape") }
                byteCount = product
            }
            guard byteCount == end - begin else {
                throw Problem("tensor \(name) needs \(byteCount) bytes and claims \(end - begin)")
            }
            return Tensor(dtype: dtype, shape: shape, range: begin..<end)
        }

        private static let sizes = [
            "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
            "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
        ]
    }
}
