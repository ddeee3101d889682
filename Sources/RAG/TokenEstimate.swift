/// Token counts where the model's tokenizer is not at hand.
///
/// A third of the UTF-8 bytes, rounded up: English text is 4–5 bytes a token, Chinese and Japanese about 3, so the estimate
/// errs on the safe side for a budget.
package enum TokenEstimate {
    /// What a turn costs beyond its text: role and separators.
    package static let perMessage = 4

    package static func count(_ text: String) -> Int { (text.utf8.count + 2) / 3 }
}
