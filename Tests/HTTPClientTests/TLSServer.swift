import Foundation
import Testing

/// `openssl s_server` with a certificate of its own for `localhost`.
final class TLSServer {
    let port: Int
    /// The certificate, which is its own authority.
    let certificate: String
    private let folder: URL
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var printed = ""

    init(_ options: [String] = ["-www"]) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appendingPathComponent("certificate.pem").path
        let key = folder.appendingPathComponent("key.pem").path
        try Self.makeCertificate(certificate, key)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key] + options
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let (handle, accepts) = (output.fileHandleForReading, /ACCEPT 127\.0\.0\.1:(\d+)\s/)
        var text = ""
        var found: Int?
        while found == nil {
            let more = handle.availableData
            if more.isEmpty { break }
            text += String(decoding: more, as: UTF8.self)
            found = text.firstMatch(of: accepts).flatMap { Int($0.1) }
        }
        port = try #require(found, "openssl s_server said: \(text)")
        printed = text
    }

    static func makeCertificate(_ certificate: String, _ key: String) throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0)
    }

    var url: String { "https://localhost:\(port)/" }

    /// Goes to the client, without `-www`.
    func send(_ text: String) { input.fileHandleForWriting.write(Data(text.utf8)) }

    func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// What the server has said in its whole life.
    func outputAfterKill() -> String {
        kill()
        return printed + String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    deinit {
        if process.isRunning { kill() }
        try? FileManager.default.removeItem(at: folder)
    }
}
