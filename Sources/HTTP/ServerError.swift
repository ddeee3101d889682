/// What the server itself can fail at, towards the caller of `Server` or towards a handler.
package struct ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// An open set: compare with the constants.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        /// The host is neither a numeric address nor `localhost`.
        package static let badHost = Code(rawValue: "bad_host")
        /// `socket`, `bind` or `listen` failed.
        package static let cannotListen = Code(rawValue: "cannot_listen")
        /// `run` was called a second time.
        package static let alreadyRunning = Code(rawValue: "already_running")
        /// The other end has closed or reset the connection.
        package static let peerGone = Code(rawValue: "peer_gone")
        /// The other end took no byte for `writeSeconds`.
        package static let writeTimedOut = Code(rawValue: "write_timed_out")
        /// A body or a writer was used after its exchange had ended, or a body by two tasks at once.
        package static let misuse = Code(rawValue: "misuse")
        /// A stream wrote more or fewer bytes than its declared `contentLength`.
        package static let contentLengthMismatch = Code(rawValue: "content_length_mismatch")
    }

    package var code: Code
    /// What failed, on what, and the remedy.
    package var message: String
    /// `errno`, or 0.
    package var systemError: Int32

    package init(_ code: Code, _ message: String, systemError: Int32 = 0) {
        self.code = code
        self.message = message
        self.systemError = systemError
    }

    package var description: String { message }
}
