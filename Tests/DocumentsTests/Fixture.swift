import Foundation
import Testing

@testable import Documents

/// Files of the Fixtures folder, and temporary ones made by a test.
enum Fixture {
    static func path(_ name: String) throws -> String {
        let folder = try #require(Bundle.module.resourceURL)
        return folder.appendingPathComponent("Fixtures").appendingPathComponent(name).path
    }

    static func extract(
        _ name: String, limits: TextExtractor.Limits = .init(), tools: PDFTools = .init()
    ) async throws -> ExtractedDocument {
        try await TextExtractor(limits: limits, tools: tools).extract(path: path(name), filename: name)
    }

    /// A new folder that is removed after `body`.
    static func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("outcrop-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder.path)
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}

/// The code with which `body` fails; nil when it succeeds.
func extractionCode(_ body: () async throws -> some Any) async -> ExtractionError.Code? {
    do {
        _ = try await body()
        return nil
    } catch let error as ExtractionError {
        return error.code
    } catch {
        Issue.record("unexpected error \(error)")
        return nil
    }
}
