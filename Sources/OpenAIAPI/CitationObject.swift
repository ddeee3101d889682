internal import RAG

/// A citation on the wire: everything about the source, and where the answer points to it.
struct CitationObject: WireEncodable {
    private let citation: Citation
    private let url: String

    init(_ citation: Citation, url: String) {
        self.citation = citation
        self.url = url
    }

    /// OpenAI's `url_citation`, one for each marker. A source no marker points to stands behind the answer as a whole: 0 to 0.
    var annotations: [AnnotationObject] {
        (citation.markers.isEmpty ? [0..<0] : citation.markers).map {
            AnnotationObject(url: url, title: citation.filename, range: $0)
        }
    }

    func write(to json: inout JSONWriter) {
        json.object {
            $0.field("number", citation.number)
            $0.field("document_id", citation.documentID)
            $0.field("filename", citation.filename)
            $0.field("page", citation.page)
            $0.field("excerpt", citation.excerpt)
            $0.field("score", citation.score)
            $0.field("range", item: RangeObject(citation.range))
            $0.field("url", url)
            $0.field("markers", items: citation.markers.map(RangeObject.init))
        }
    }
}

/// Source: OpenAI API reference, chat completion `message.annotations`.
struct AnnotationObject: WireEncodable {
    var url: String
    var title: String
    /// Unicode scalars of the complete answer.
    var range: Range<Int>

    func write(to json: inout JSONWriter) {
        json.object {
            $0.field("type", "url_citation")
            $0.field("url_citation") {
                $0.field("url", url)
                $0.field("title", title)
                $0.field("start_index", range.lowerBound)
                $0.field("end_index", range.upperBound)
            }
        }
    }
}

/// `{"start":…,"end":…}` in Unicode scalars, the end excluded: Python's slice indices.
struct RangeObject: WireEncodable {
    private let range: Range<Int>

    init(_ range: Range<Int>) {
        self.range = range
    }

    func write(to json: inout JSONWriter) {
        json.object {
            $0.field("start", range.lowerBound)
            $0.field("end", range.upperBound)
        }
    }
}
