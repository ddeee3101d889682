import CKernels
import Foundation
import Testing

/// Every kernel on every instruction set that this machine has, against the plainest computation.
struct KernelTests {
    static let supported = [OUTCROP_CPU_PLAIN, OUTCROP_CPU_AVX2, OUTCROP_CPU_AVX512].filter { outcrop_cpu_supports($0) }

    @Test func `the best instruction set is a supported one and the plain one always is`() {
        #expect(outcrop_cpu_supports(OUTCROP_CPU_PLAIN))
        #expect(outcrop_cpu_supports(outcrop_cpu_best()))
    }

    @Test(arguments: supported) func `dot products have the bits of the scalar reference at every length`(cpu: outcrop_cpu) {
        var random = SeededRandom(seed: 7)
        for count in Array(0...130) + [383, 384, 385, 768, 1_023, 1_536] {
            let a = random.floats(count), b = random.floats(count)
            let expected = outcrop_dot_f32_scalar(a, b, count)
            #expect(outcrop_dot_f32_on(cpu, a, b, count).bitPattern == expected.bitPattern, "count \(count), seed 7")
        }
    }

    @Test func `the scan gives each row the bits of its own dot product`() {
        var random = SeededRandom(seed: 8)
        let (rowCount, count) = (37, 100)
        let rows = random.floats(rowCount * count), query = random.floats(count)
        var scores = Array(repeating: Float.nan, count: rowCount)
        outcrop_dot_rows_f32(rows, rowCount, count, query, &scores)
        for row in 0..<rowCount {
            let expected = outcrop_dot_f32_scalar(Array(rows[(row * count)..<((row + 1) * count)]), query, count)
            #expect(scores[row].bitPattern == expected.bitPattern)
        }
    }

    @Test func `the dot product has a known value`() {
        let ramp = (1...100).map(Float.init)
        #expect(outcrop_dot_f32(ramp, Array(repeating: 1, count: 100), 100) == 5_050)
    }

    @Test(arguments: supported) func `matrix products agree with double precision at odd sizes`(cpu: outcrop_cpu) {
        var random = SeededRandom(seed: 9)
        for (m, n, k) in [(1, 1, 1), (2, 3, 5), (5, 31, 7), (12, 32, 32), (13, 33, 17), (25, 97, 64), (7, 64, 129)] {
            let a = random.floats(m * k), weight = random.floats(n * k), bias = random.floats(n)
            var packed = Array(repeating: Float.nan, count: outcrop_packed_count(cpu, k, n))
            outcrop_pack_transposed(cpu, weight, k, k, n, &packed)
            // One column more than needed: it must stay untouched.
            var c = Array(repeating: Float(99), count: m * (n + 1))
            outcrop_gemm(cpu, m, n, k, a, k, packed, bias, &c, n + 1)
            let worst = Self.worstError(m: m, n: n, k: k, a, weight, bias, c)
            #expect(worst < 1e-5, "\(m)×\(n)×\(k), seed 9")
            #expect((0..<m).allSatisfy { c[$0 * (n + 1) + n] == 99 })
        }
    }

    private static func worstError(
        m: Int, n: Int, k: Int, _ a: [Float], _ weight: [Float], _ bias: [Float], _ c: [Float]
    ) -> Double {
        var worst = 0.0
        for row in 0..<m {
            for column in 0..<n {
                var sum = Double(bias[column])
                for i in 0..<k { sum += Double(a[row * k + i]) * Double(weight[column * k + i]) }
                worst = max(worst, abs(sum - Double(c[row * (n + 1) + column])))
            }
        }
        return worst
    }

    @Test(arguments: supported) func `packing rows equals packing the transpose`(cpu: outcrop_cpu) {
        var random = SeededRandom(seed: 10)
        for (k, n) in [(1, 1), (5, 31), (17, 32), (9, 33)] {
            let rows = random.floats(k * n)
            var transposed = rows
            for i in 0..<k { for j in 0..<n { transposed[j * k + i] = rows[i * n + j] } }
            var one = Array(repeating: Float.nan, count: outcrop_packed_count(cpu, k, n)), other = one
            outcrop_pack(cpu, rows, n, k, n, &one)
            outcrop_pack_transposed(cpu, transposed, k, k, n, &other)
            #expect(one == other, "\(k)×\(n)")
        }
    }

    @Test(arguments: supported) func `exp and erf stay within a millionth`(cpu: outcrop_cpu) {
        let negative = (0...8_011).map { -100 + Float($0) / 80 }.filter { $0 <= 0 }
        var result = negative
        outcrop_exp(cpu, negative, &result, negative.count)
        #expect(zip(negative, result).allSatisfy { abs(exp(Double($0)) - Double($1)) < 1e-6 })
        #expect(result[0] == 0)
        let around = (0...12_003).map { -6 + Float($0) / 1_000 }
        result = around
        outcrop_erf(cpu, around, &result, around.count)
        #expect(zip(around, result).allSatisfy { abs(erf(Double($0)) - Double($1)) < 1e-6 })
    }

    @Test(arguments: supported) func `softmax, LayerNorm and GELU agree with double precision at odd sizes`(cpu: outcrop_cpu) {
        var random = SeededRandom(seed: 11)
        for count in [1, 2, 15, 16, 17, 33, 100] {
            let x = random.floats(count), residual = random.floats(count), gamma = random.floats(count),
                beta = random.floats(count)
            var soft = x
            outcrop_softmax_rows(cpu, &soft, count, 1, count, 3)
            #expect(Reference.distance(soft, Reference.softmax(x.map(Double.init), scale: 3)) < 1e-6)
            var norm = x
            outcrop_layer_norm_rows(cpu, &norm, residual, gamma, beta, 1e-12, 1, count)
            let summed = zip(x, residual).map { Double($0) + Double($1) }
            if count > 1 {
                #expect(
                    Reference.distance(norm, Reference.layerNorm(summed, gamma, beta, epsilon: 1e-12)) < 1e-4, "\(count), seed 11"
                )
            }
            var gelu = x.map { $0 * 8 }
            let expected = gelu.map { Reference.gelu(Double($0)) }
            outcrop_gelu(cpu, &gelu, count)
            #expect(Reference.distance(gelu, expected) < 4e-6)
        }
    }

    @Test func `the mean of rows is scaled to length one`() {
        let rows: [Float] = [1, 2, 3, 5, 6, 5]
        var out: [Float] = [0, 0, 0]
        let length = outcrop_mean_unit(rows, 2, 3, &out)
        #expect(abs(length - Float(41).squareRoot()) < 1e-5)
        #expect(Reference.distance(out, [3, 4, 4].map { $0 / 41.0.squareRoot() }) < 1e-6)
        #expect(outcrop_mean_unit([0, 0, 0], 1, 3, &out) == 0)
    }
}

extension outcrop_cpu: @retroactive CustomTestStringConvertible {
    /// The variant's name in test output.
    public var testDescription: String { ["plain", "AVX2", "AVX-512"][Int(rawValue)] }
}

/// SplitMix64, so that a failing run can be repeated from its seed.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in ±`scale`.
    mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
        (0..<count).map { _ in Float.random(in: -scale...scale, using: &self) }
    }
}
