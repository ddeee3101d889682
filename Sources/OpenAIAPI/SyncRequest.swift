/// The body of `POST /v1/kb/sync`; none at all means an ordinary sync.
package struct SyncRequest: Hashable, DecodableRequest {
    package static let allowsEmptyBody = true

    /// Index everything again, also what has not changed.
    package var rebuild: Bool

    package init(fields: JSONFields) throws {
        rebuild = try fields.bool("rebuild") ?? false
    }
}
