import Crypto
import FoundationEssentials
import Glibc
internal import RAG

/// The secret behind upload forms and citation links. Never printed.
package struct SigningKey: Sendable, CustomStringConvertible {
    /// As many as SHA-256 gives.
    package static let byteCount = 32

    private let key: SymmetricKey

    /// Throws when there are not exactly `byteCount` bytes.
    package init(bytes: [UInt8]) throws {
        guard bytes.count == Self.byteCount else {
            throw OutcropFailure(.internal, "A signing key has \(Self.byteCount) bytes, this one \(bytes.count).")
        }
        key = SymmetricKey(data: bytes)
    }

    /// Not the key.
    package var description: String { "SigningKey(…)" }

    /// HMAC-SHA256 as lower-case hex. `purpose` keeps a signature for one thing from serving for another.
    package func signature(of message: String, purpose: Purpose) -> String {
        Hex.encode(HMAC<SHA256>.authenticationCode(for: Self.input(message, purpose), using: key))
    }

    /// Whether `signature` is ours for `message`; takes the same time wherever it differs.
    package func isValid(_ signature: String, of message: String, purpose: Purpose) -> Bool {
        guard let code = Hex.decode(signature) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Self.input(message, purpose), using: key)
    }

    /// What is signed.
    package enum Purpose: String, Sendable {
        case upload, link
    }

    private static func input(_ message: String, _ purpose: Purpose) -> [UInt8] {
        Array("outcrop-\(purpose.rawValue)\n\(message)".utf8)
    }
}

extension SigningKey {
    /// The key in the file at `path`, or a new random one written there: readable by us alone, complete or absent at any instant.
    /// Of two processes that start at once, both end with the same key. Blocks on the file; for start-up.
    package static func loadOrCreate(path: String) throws -> SigningKey {
        if let stored = try read(path) { return stored }
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max, using: &generator))"
        defer { unlink(temporary) }
        try write(bytes, to: temporary)
        // link(2), unlike rename(2), does not replace the key of a process that was first.
        guard link(temporary, path) == 0 || errno == EEXIST else { throw failure("create", path) }
        guard let stored = try read(path) else { throw failure("read", path) }
        return stored
    }

    private static func read(_ path: String) throws -> SigningKey? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("read", path)
        }
        defer { close(descriptor) }
        // One byte more than a key has, so that a longer file is noticed.
        var bytes = [UInt8](repeating: 0, count: byteCount + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count == byteCount else {
            throw OutcropFailure(
                .internal,
                "The signing key at \(path) is damaged. Remove the file; upload forms and links given out before end with it.")
        }
        return try SigningKey(bytes: Array(bytes.prefix(byteCount)))
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("create", path) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw failure("write", path)
        }
    }

    private static func failure(_ verb: String, _ path: String) -> OutcropFailure {
        OutcropFailure(.internal, "Cannot \(verb) the signing key at \(path): \(String(cString: strerror(errno))).")
    }
}
