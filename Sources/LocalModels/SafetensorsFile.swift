internal import RAG

/// Tensors of a `.safetensors` file, memory-mapped: u64 little-endian header length, a JSON header, then the data.
///
/// Everything the header claims is proved against the file when it is opened (format: huggingface/safetensors, README.md);
/// floats are then read in place.
package struct SafetensorsFile: Sendable {
    package static let fileByteCountMax = 4 << 30

    package let header: SafetensorsHeader
    private let file: MappedFile
    private let dataStart: Int

    package init(path: String) throws {
        file = try MappedFile(path: path, byteCountMax: Self.fileByteCountMax)
        (header, dataStart) = try file.withBytes { bytes in
            do throws(SafetensorsHeader.Problem) {
                let length = try SafetensorsHeader.byteCount(in: bytes)
                let start = 8 + length
                return (try SafetensorsHeader(bytes[8..<start], dataByteCount: bytes.count - start), start)
            } catch {
                throw OutcropFailure.model("\(path): \(error.message).")
            }
        }
    }

    /// The tensor's shape, whatever its type, or nil when there is none of this name.
    package func shape(_ name: String) -> [Int]? { header.tensors[name]?.shape }

    /// Checks that `name` is an F32 tensor of this shape and returns a handle to its floats.
    package func floats(_ name: String, shape: [Int]) throws -> Tensor {
        guard let tensor = header.tensors[name] else {
            throw OutcropFailure.model("\(file.path): tensor \(name) is missing.")
        }
        guard tensor.dtype == "F32" else {
            throw OutcropFailure.model(
                "\(file.path): tensor \(name) is \(tensor.dtype), only F32 is read.",
                remedy: "Save the model in 32-bit floats: model.float().save_pretrained(…, safe_serialization=True).")
        }
        guard tensor.shape == shape else {
            throw OutcropFailure.model("\(file.path): tensor \(name) has shape \(tensor.shape), config.json asks for \(shape).")
        }
        let start = dataStart + tensor.range.lowerBound
        guard start % MemoryLayout<Float>.alignment == 0 else {
            throw OutcropFailure.model(
                "\(file.path): tensor \(name) is not aligned to 4 bytes.", remedy: "Save it again with a current safetensors.")
        }
        return Tensor(file: file, range: start..<(dataStart + tensor.range.upperBound), shape: shape)
    }

    /// Bytes of the header and the first and last ones of every tensor, in file order: enough to tell models apart.
    package func sample(_ body: (UnsafeRawBufferPointer) -> Void) {
        let ends = 256
        file.withBytes { bytes in
            body(UnsafeRawBufferPointer(rebasing: bytes[..<dataStart]))
            for tensor in header.tensors.values.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
                let data = bytes[(dataStart + tensor.range.lowerBound)..<(dataStart + tensor.range.upperBound)]
                body(UnsafeRawBufferPointer(rebasing: data.prefix(ends)))
                body(UnsafeRawBufferPointer(rebasing: data.suffix(ends)))
            }
        }
    }

    /// Floats of one tensor inside the mapping, row-major.
    package struct Tensor: Sendable {
        private let file: MappedFile
        private let range: Range<Int>
        package let shape: [Int]

        fileprivate init(file: MappedFile, range: Range<Int>, shape: [Int]) {
            self.file = file
            self.range = range
            self.shape = shape
        }

        /// The floats, valid only inside `body`. The range lies in the file and is 4-byte aligned (proved by `floats`).
        package func withFloats<Value>(_ body: (UnsafeBufferPointer<Float>) throws -> Value) rethrows -> Value {
            try file.withBytes { bytes in
                try body(UnsafeRawBufferPointer(rebasing: bytes[range]).bindMemory(to: Float.self))
            }
        }

        /// Gives the memory behind the tensor back; reading it again reads the file again.
        package func release() { file.release(range) }
    }
}
