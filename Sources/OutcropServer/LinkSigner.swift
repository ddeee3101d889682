internal import RAG

/// Links under which a browser may read one document for a while without a key.
struct LinkSigner: Sendable {
    private let key: SigningKey
    private let baseURL: String
    private let expirySeconds: Int
    private let unixSeconds: @Sendable () -> Int

    init(settings: ServerSettings, unixSeconds: @escaping @Sendable () -> Int) {
        key = settings.signingKey
        baseURL = settings.publicURL ?? ""
        expirySeconds = settings.linkExpirySeconds
        self.unixSeconds = unixSeconds
    }

    /// Opens the cited page where the browser can; relative without a public URL. A document that is elsewhere has its own address,
    /// or none, "", where that is not safe to open.
    func link(for citation: Citation) -> String {
        if let uri = citation.uri { return SourceAddress.link(uri) ?? "" }
        let expires = unixSeconds() + expirySeconds
        let signature = key.signature(of: Self.message(citation.documentID, expires), purpose: .link)
        let page = citation.page.map { "#page=\($0)" } ?? ""
        return
            "\(baseURL)/v1/documents/\(PercentEncoding.encode(citation.documentID))/content?expires=\(expires)&signature=\(signature)\(page)"
    }

    /// Throws `.forbidden` unless the signature is ours for this document and still fresh.
    func check(documentID: String, expires: String?, signature: String) throws {
        guard let expires = expires.flatMap(Self.seconds),
            key.isValid(signature, of: Self.message(documentID, expires), purpose: .link)
        else {
            throw OutcropFailure(.forbidden, code: "invalid_signature", "The link's signature is not valid for this document.")
        }
        guard unixSeconds() < expires else {
            throw OutcropFailure(
                .forbidden, code: "link_expired", "The link has expired. Ask again for a fresh one, or use an API key.")
        }
    }

    /// Digits as we write them: no sign, no zero in front, so that a link has one spelling.
    private static func seconds(_ text: String) -> Int? {
        guard let first = text.utf8.first, first != UInt8(ascii: "0") else { return nil }
        return text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }

    private static func message(_ documentID: String, _ expires: Int) -> String { "\(documentID)\n\(expires)" }
}
