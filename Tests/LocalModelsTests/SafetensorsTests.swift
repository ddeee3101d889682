import Foundation
import LocalModels
import RAG
import Testing

/// Files that lie about themselves must be refused when they are opened, each with its reason.
struct SafetensorsTests {
    static func entry(_ name: String, _ dtype: String = "F32", _ shape: String = "[2]", _ offsets: String = "[0, 8]") -> String {
        #""\#(name)": {"dtype": "\#(dtype)", "shape": \#(shape), "data_offsets": \#(offsets)}"#
    }

    static func file(_ entries: String..., data: Int = 8) -> Data {
        Safetensors.file(header: "{" + entries.joined(separator: ", ") + "}", data: Data(count: data))
    }

    static let hostile: [(reason: String, file: Data)] = [
        ("too few", Data([1, 2, 3])),
        ("more than the file has", Safetensors.prefixed(length: 100, Data("{}".utf8))),
        ("over the limit", Safetensors.prefixed(length: .max, Data("{}".utf8))),
        ("over the limit", Safetensors.prefixed(length: UInt64(SafetensorsHeader.byteCountMax) + 1, Data("{}".utf8))),
        ("no JSON object", Safetensors.prefixed(length: 0, Data(count: 8))),
        ("no JSON object", Safetensors.file(header: "[1, 2]", data: Data())),
        ("no valid JSON", Safetensors.file(header: "{\"a\": ", data: Data())),
        ("no valid JSON", Safetensors.file(header: String(repeating: "{\"a\":", count: 100_000), data: Data())),
        ("no valid JSON", Safetensors.file(header: "{\"a\": 3}", data: Data())),
        ("no valid JSON", file(entry("a", "F32", "[1e99]"))),
        ("no valid JSON", file(entry("a", "F32", "[2]", "[0, 99999999999999999999]"))),
        ("lacks", Safetensors.file(header: #"{"a": {"dtype": "F32"}}"#, data: Data())),
        ("lacks", file(entry("a", "F32", "[2]", "[0, 4, 8]"))),
        ("unknown type", file(entry("a", "F33"))),
        ("claims bytes", file(entry("a", "F32", "[2]", "[8, 0]"))),
        ("claims bytes", file(entry("a", "F32", "[2]", "[-8, 0]"))),
        ("claims bytes", file(entry("a", "F32", "[2]", "[0, 16]"))),
        ("claims bytes", file(entry("a", "F32", "[2]", "[4611686018427387904, 9223372036854775807]"))),
        ("needs 12 bytes", file(entry("a", "F32", "[3]"))),
        ("impossible shape", file(entry("a", "F32", "[4611686018427387904, 8]"))),
        ("impossible shape", file(entry("a", "F32", "[-1, -2]"))),
        ("9 dimensions", file(entry("a", "F32", "[1,1,1,1,1,1,1,1,2]"))),
        ("overlaps", file(entry("a"), entry("b"))),
        ("overlaps", file(entry("a"), entry("b", "F32", "[2]", "[4, 12]"), data: 12)),
        ("gap", file(entry("a", "F32", "[1]", "[4, 8]"))),
        ("belong to no tensor", file(entry("a"), data: 16)),
        ("belong to no tensor", file(data: 4)),
    ]

    @Test(arguments: hostile) func `refuses a hostile file`(reason: String, file: Data) throws {
        try withFile(file) { path in
            #expect { try SafetensorsFile(path: path) } throws: {
                guard let failure = $0 as? OutcropFailure else { return false }
                return failure.message.contains(reason) && failure.message.contains("make model")
                    && failure.message.utf8.count < 1_000
            }
        }
    }

    @Test func `every prefix of a good file is refused`() throws {
        let good = Safetensors.file([("a", [2, 3], [1, 2, 3, 4, 5, 6]), ("b", [1], [7])])
        for count in 0..<good.count {
            try withFile(good.prefix(count)) { path in
                #expect(throws: OutcropFailure.self, "\(count) bytes") { try SafetensorsFile(path: path) }
            }
        }
    }

    @Test func `more tensors than the limit are refused`() throws {
        let entries = (0...SafetensorsHeader.tensorCountMax).map { Self.entry("\($0)", "F32", "[0]", "[0, 0]") }
        try withFile(Safetensors.file(header: "{" + entries.joined(separator: ",") + "}", data: Data())) { path in
            #expect { try SafetensorsFile(path: path) } throws: { "\($0)".contains("over the limit") }
        }
    }

    @Test func `reads floats, and metadata is no tensor`() throws {
        let data = [Float](arrayLiteral: 1.5, -2).withUnsafeBytes { Data($0) }
        try withFile(Safetensors.file(header: #"{"__metadata__": {"format": "pt"}, \#(Self.entry("a"))}"#, data: data)) { path in
            let file = try SafetensorsFile(path: path)
            #expect(file.header.tensors.keys.sorted() == ["a"])
            let tensor = try file.floats("a", shape: [2])
            #expect(tensor.withFloats { Array($0) } == [1.5, -2])
            tensor.release()
            #expect(tensor.withFloats { Array($0) } == [1.5, -2])
            #expect(file.shape("a") == [2])
            #expect(file.shape("b") == nil)
        }
    }

    @Test func `other types, shapes, names and alignments are refused when asked for`() throws {
        let file = Self.file(
            Self.entry("half", "F16", "[2]", "[0, 4]"), Self.entry("brain", "BF16", "[2]", "[4, 8]"),
            Self.entry("odd", "U8", "[1]", "[8, 9]"), Self.entry("shifted", "F32", "[1]", "[9, 13]"), data: 13)
        try withFile(file) { path in
            let file = try SafetensorsFile(path: path)
            for (name, shape, reason) in [
                ("half", [2], "only F32 is read. Save the model in 32-bit floats"), ("brain", [2], "is BF16"),
                ("shifted", [1], "not aligned"), ("shifted", [2], "config.json asks for [2]"), ("none", [1], "is missing"),
            ] {
                #expect { try file.floats(name, shape: shape) } throws: {
                    ($0 as? OutcropFailure)?.message.contains(reason) == true
                }
            }
        }
    }

    @Test func `a missing file, a folder, a pipe and an oversized file are refused`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "outcrop-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect { try MappedFile(path: folder + "/none", byteCountMax: 10) } throws: {
            ($0 as? OutcropFailure)?.code == "embedding_model_missing"
        }
        #expect(mkfifo(folder + "/pipe", 0o600) == 0)
        try Data(count: 11).write(to: URL(fileURLWithPath: folder + "/big"))
        for path in [folder, folder + "/pipe", folder + "/big"] {
            #expect { try MappedFile(path: path, byteCountMax: 10) } throws: {
                ($0 as? OutcropFailure)?.code == "embedding_model_invalid"
            }
        }
        #expect(try MappedFile(path: folder + "/big", byteCountMax: 11).byteCount == 11)
    }

    private func withFile(_ data: Data, _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "outcrop-\(UUID()).safetensors").path
        try data.write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }
}
