import Foundation

/// A BERT encoder in scalar double precision, straight from the paper: slow and plain, to hold the real one against.
enum Reference {
    struct Shape {
        var layers = 2, hidden = 32, heads = 4, intermediate = 48, positions = 64, vocabulary = 40
        var epsilon = 1e-12
    }

    typealias Matrix = [[Double]]

    static func encode(_ ids: [Int], _ tensors: [String: [Float]], _ shape: Shape, mean: Bool) -> [Double] {
        func row(_ name: String, _ at: Int) -> [Double] {
            tensors[name]![(at * shape.hidden)..<((at + 1) * shape.hidden)].map(Double.init)
        }
        func dense(_ x: Matrix, _ name: String) -> Matrix {
            let weight = tensors["\(name).weight"]!, bias = tensors["\(name).bias"]!
            return x.map { row in
                bias.indices.map { j in
                    row.indices.reduce(Double(bias[j])) { $0 + row[$1] * Double(weight[j * row.count + $1]) }
                }
            }
        }
        func norm(_ x: Matrix, _ name: String) -> Matrix {
            x.map { layerNorm($0, tensors["\(name).weight"]!, tensors["\(name).bias"]!, epsilon: shape.epsilon) }
        }
        var states: Matrix = ids.enumerated().map { at, id in
            sum(
                sum(row("embeddings.word_embeddings.weight", id), row("embeddings.position_embeddings.weight", at)),
                row("embeddings.token_type_embeddings.weight", 0))
        }
        states = norm(states, "embeddings.LayerNorm")
        for layer in 0..<shape.layers {
            let path = "encoder.layer.\(layer)"
            let context = attention(
                dense(states, "\(path).attention.self.query"), dense(states, "\(path).attention.self.key"),
                dense(states, "\(path).attention.self.value"), heads: shape.heads)
            let projected = dense(context, "\(path).attention.output.dense")
            let attended = norm(zip(projected, states).map(sum), "\(path).attention.output.LayerNorm")
            let inner = dense(attended, "\(path).intermediate.dense").map { $0.map(gelu) }
            states = norm(zip(dense(inner, "\(path).output.dense"), attended).map(sum), "\(path).output.LayerNorm")
        }
        let pooled =
            mean ? states.reduce(Array(repeating: 0, count: shape.hidden), sum).map { $0 / Double(ids.count) } : states[0]
        let length = pooled.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return pooled.map { $0 / length }
    }

    private static func attention(_ q: Matrix, _ k: Matrix, _ v: Matrix, heads: Int) -> Matrix {
        let width = q[0].count / heads
        var result = Matrix(repeating: Array(repeating: 0, count: q[0].count), count: q.count)
        for head in 0..<heads {
            let columns = (head * width)..<((head + 1) * width)
            for t in q.indices {
                let scores = k.indices.map { s in columns.reduce(0) { $0 + q[t][$1] * k[s][$1] } }
                let weights = softmax(scores, scale: 1 / Double(width).squareRoot())
                for c in columns { result[t][c] = v.indices.reduce(0) { $0 + weights[$1] * v[$1][c] } }
            }
        }
        return result
    }

    static func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(+) }

    static func softmax(_ x: [Double], scale: Double) -> [Double] {
        let largest = x.max() ?? 0
        let powers = x.map { exp(($0 - largest) * scale) }
        let total = powers.reduce(0, +)
        return powers.map { $0 / total }
    }

    static func layerNorm(_ x: [Double], _ gamma: [Float], _ beta: [Float], epsilon: Double) -> [Double] {
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
        return x.indices.map { (x[$0] - mean) / (variance + epsilon).squareRoot() * Double(gamma[$0]) + Double(beta[$0]) }
    }

    static func gelu(_ x: Double) -> Double { x / 2 * (1 + erf(x / 2.0.squareRoot())) }

    /// The largest difference of two elements.
    static func distance(_ a: [Float], _ b: [Double]) -> Double {
        a.count == b.count ? zip(a, b).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } : .infinity
    }
}
