internal import HTTP
internal import RAG

/// Reads the parts of an upload in order: the form's fields, then exactly one file. Events in, actions out; no I/O.
struct UploadForm {
    enum Action: Hashable {
        /// The fields are complete and allow a file.
        case begin(UploadPolicy)
        case write([UInt8])
        /// The file is complete; only the closing boundary may follow.
        case complete
    }

    private enum State {
        case between
        case field(name: String, value: [UInt8])
        case file(bytesLeft: Int)
        case done
    }

    static let fieldsMax = 16
    /// Ours have at most twelve.
    static let fieldNameBytesMax = 64
    static let fieldBytesMax = UploadPolicy.encodedBytesMax
    /// All fields together: they are held in memory before anything proves that the form is ours.
    static let fieldsBytesMax = 2 * UploadPolicy.encodedBytesMax

    private let signingKey: SigningKey
    private let now: Int
    private let bytesMax: Int
    private var fields: [String: String] = [:]
    private var fieldsByteCount = 0
    private var state = State.between

    /// `bytesMax` is the server's own limit, below which a policy's may lie.
    init(signingKey: SigningKey, now: Int, bytesMax: Int) {
        self.signingKey = signingKey
        self.now = now
        self.bytesMax = bytesMax
    }

    var isComplete: Bool { if case .done = state { true } else { false } }

    /// Throws `OutcropFailure` for a form that is wrong, not allowed or too large.
    mutating func take(_ event: MultipartParser.Event) throws -> Action? {
        switch (event, state) {
        case (.part(let name, let filename, _), .between): return try beginPart(name: name, isFile: filename != nil)
        case (.part, .done): throw refusal("file_not_last", "The file must be the last and only file of the form.")
        case (.data(let bytes), .field(let name, let value)): try appendField(name, value, bytes)
        case (.data(let bytes), .file(let bytesLeft)): return try takeFile(bytes, bytesLeft)
        case (.partEnd, .field(let name, let value)): try endField(name, value)
        case (.partEnd, .file):
            state = .done
            return .complete
        case (.end, .done): break
        case (.end, _): throw refusal("missing_file", "The form has no field file.", parameter: "file")
        default: throw refusal("invalid_form", "The form's parts are out of order.")
        }
        return nil
    }

    private mutating func beginPart(name: String, isFile: Bool) throws -> Action? {
        guard name.utf8.count <= Self.fieldNameBytesMax else {
            throw refusal("invalid_form", "The form has a field whose name is longer than \(Self.fieldNameBytesMax) bytes.")
        }
        guard name.utf8.elementsEqual("file".utf8) else {
            guard !isFile else { throw refusal("invalid_form", "Only the field file may carry a file.", parameter: name) }
            guard fields.count < Self.fieldsMax else {
                throw refusal("invalid_form", "The form has more than \(Self.fieldsMax) fields.")
            }
            // S3's forms spell it Content-Type; names are compared without case, as there.
            state = .field(name: name.lowercased(), value: [])
            return nil
        }
        let policy = try UploadPolicy(form: fields, signedWith: signingKey, now: now)
        state = .file(bytesLeft: min(policy.bytesMax, bytesMax))
        return .begin(policy)
    }

    private mutating func appendField(_ name: String, _ value: [UInt8], _ bytes: [UInt8]) throws {
        fieldsByteCount += bytes.count
        guard value.count + bytes.count <= Self.fieldBytesMax, fieldsByteCount <= Self.fieldsBytesMax else {
            throw OutcropFailure(
                .tooLarge, code: "field_too_large",
                "The field \(name) is larger than \(Self.fieldBytesMax) bytes, or all fields are than \(Self.fieldsBytesMax).",
                parameter: name)
        }
        state = .field(name: name, value: value + bytes)
    }

    private mutating func endField(_ name: String, _ value: [UInt8]) throws {
        guard fields.updateValue(String(decoding: value, as: UTF8.self), forKey: name) == nil else {
            throw refusal("invalid_form", "The field \(name) appears twice.", parameter: name)
        }
        state = .between
    }

    private mutating func takeFile(_ bytes: [UInt8], _ bytesLeft: Int) throws -> Action {
        guard bytes.count <= bytesLeft else {
            throw OutcropFailure(
                .tooLarge, code: "file_too_large", "The file is larger than the form's max_bytes.", parameter: "file")
        }
        state = .file(bytesLeft: bytesLeft - bytes.count)
        return .write(bytes)
    }

    private func refusal(_ code: String, _ message: String, parameter: String? = nil) -> OutcropFailure {
        OutcropFailure(.invalidRequest, code: code, message, parameter: parameter)
    }
}
