/// Follows `nextToken` through the pages of a list.
enum Pages {
    /// Of one list. A thousand items a page is more than any account has of what we list.
    static let pagesMax = 100

    /// `page` gives the items behind a token and the token of the next page; the first page has none.
    /// Throws `.malformedResponse` when a page names itself as the next, and when there is no end after `pagesMax` pages.
    static func collect<Item>(
        of operation: String, page: (_ token: String?) async throws -> (items: [Item], nextToken: String?)
    ) async throws -> [Item] {
        var items: [Item] = []
        var token: String?
        for _ in 0..<pagesMax {
            let next = try await page(token)
            items += next.items
            guard let following = next.nextToken, !following.isEmpty else { return items }
            guard following != token else { break }
            token = following
        }
        throw AWSError(
            .malformedResponse, operation: operation, message: "the list goes round, or has not ended after \(pagesMax) pages")
    }
}
