/// A character reference (HTML §13.2.5.72), numeric or one of the names that occur in documents.
struct HTMLEntity {
    let scalars: [Unicode.Scalar]
    /// Bytes after the `&`, with the semicolon if there is one.
    let byteCount: Int

    /// Nil when the bytes after an `&` are no reference: the `&` is then text.
    init?(_ bytes: ArraySlice<UInt8>) {
        if bytes.first == UInt8(ascii: "#") { self.init(numeric: bytes.dropFirst()) } else { self.init(named: bytes) }
    }

    private init?(numeric bytes: ArraySlice<UInt8>) {
        let isHex = bytes.first.map { $0 | 0x20 == UInt8(ascii: "x") } ?? false
        var value: UInt32 = 0
        var digits = bytes.dropFirst(isHex ? 1 : 0)
        let first = digits.startIndex
        while let byte = digits.first, let digit = Self.digit(byte, isHex: isHex) {
            // Saturates just above U+10FFFF, however many digits follow.
            value = min(value * (isHex ? 16 : 10) + digit, 0x11_0000)
            digits.removeFirst()
        }
        guard digits.startIndex > first else { return nil }
        scalars = [Self.scalar(value)]
        byteCount = 1 + digits.startIndex - bytes.startIndex + (digits.first == UInt8(ascii: ";") ? 1 : 0)
    }

    private init?(named bytes: ArraySlice<UInt8>) {
        let name = bytes.prefix(Self.nameLengthMax).prefix { $0.isASCIILetter || $0.isASCIIDigit }
        guard !name.isEmpty, let scalar = Self.names[String(decoding: name, as: UTF8.self)] else { return nil }
        scalars = [scalar]
        byteCount = name.count + (bytes.dropFirst(name.count).first == UInt8(ascii: ";") ? 1 : 0)
    }

    /// Text whose references are all replaced, as in `title`.
    static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "&"), let entity = HTMLEntity(rest) {
                rest = rest.dropFirst(entity.byteCount)
                for scalar in entity.scalars { output.append(contentsOf: UTF8.encode(scalar)!) }
            } else {
                output.append(byte)
            }
        }
        return output
    }

    private static func digit(_ byte: UInt8, isHex: Bool) -> UInt32? {
        if byte.isASCIIDigit { return UInt32(byte - 0x30) }
        return isHex && 0x61...0x66 ~= byte | 0x20 ? UInt32((byte | 0x20) - 0x61 + 10) : nil
    }

    /// §13.2.5.80: 0x80–0x9F mean windows-1252; what is no character becomes U+FFFD.
    private static func scalar(_ value: UInt32) -> Unicode.Scalar {
        switch value {
        case 0x80...0x9F: Unicode.Scalar(CharacterEncoding.windows1252High[Int(value) - 0x80]) ?? "\u{FFFD}"
        case 0: "\u{FFFD}"
        default: Unicode.Scalar(value) ?? "\u{FFFD}"
        }
    }

    private static let nameLengthMax = 12

    /// HTML 4's Latin-1 set from U+00A0 to U+00FF in order, then the signs that word processors write.
    private static let names: [String: Unicode.Scalar] = {
        let latin1 = """
            nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para \
            middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute \
            Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml \
            Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml \
            eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml
            """
        let others = """
            amp & lt < gt > quot " apos ' AMP & LT < GT > QUOT " ndash – mdash — lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ \
            lsaquo ‹ rsaquo › hellip … bull • dagger † Dagger ‡ permil ‰ prime ′ Prime ″ euro € trade ™ larr ← uarr ↑ rarr → darr ↓ \
            harr ↔ rArr ⇒ hArr ⇔ minus − le ≤ ge ≥ ne ≠ asymp ≈ equiv ≡ infin ∞ sum ∑ prod ∏ radic √ part ∂ int ∫ OElig Œ oelig œ \
            Scaron Š scaron š Yuml Ÿ fnof ƒ circ ˆ tilde ˜ Alpha Α alpha α beta β gamma γ Delta Δ delta δ epsilon ε theta θ lambda λ \
            mu μ pi π rho ρ Sigma Σ sigma σ tau τ phi φ chi χ psi ψ Omega Ω omega ω check ✓ star ☆ hearts ♥ deg ° num # excl ! \
            colon : semi ; comma , period . sol / lpar ( rpar ) lsqb [ rsqb ] lbrack [ rbrack ] lbrace { rbrace } percnt % plus + \
            equals = ast * lowbar _ hyphen ‐ dash ‐ commat @ dollar $ verbar | bsol \\ grave ` quest ? copysr ℗ numero № half ½
            """
        let pairs = others.split(separator: " ")
        var names: [String: Unicode.Scalar] = [
            "Tab": "\t", "NewLine": "\n", "ensp": "\u{2002}", "emsp": "\u{2003}", "thinsp": "\u{2009}", "zwnj": "\u{200C}",
            "zwj": "\u{200D}", "lrm": "\u{200E}", "rlm": "\u{200F}", "NonBreakingSpace": "\u{A0}",
        ]
        for (offset, name) in latin1.split(separator: " ").enumerated() {
            names[String(name)] = Unicode.Scalar(0xA0 + UInt8(offset))
        }
        for index in stride(from: 0, to: pairs.count, by: 2) {
            names[String(pairs[index])] = pairs[index + 1].unicodeScalars.first
        }
        return names
    }()
}
