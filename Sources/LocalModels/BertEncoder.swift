package import CKernels
internal import RAG
import Synchronization

/// The forward pass of a BERT encoder (Devlin et al. 2018, post-layer-norm) over one text at its own length, without padding.
///
/// For T tokens: T·(4·hidden² + 2·hidden·intermediate)·2 operations a layer in matrix products over packed weights, plus
/// 4·T²·hidden for attention. 256 tokens of MiniLM: 5.4 + 0.6 GFLOP.
package final class BertEncoder: Sendable {
    package let config: BertConfig
    package let pooling: ModelFolder.Pooling
    private let weights: BertWeights
    private let layout: PackedLayer
    /// Packed at the first text, so that starting a process costs nothing.
    private let packed = Mutex<FloatBlock?>(nil)

    /// Checks every tensor against `config`; throws `OutcropFailure` naming the one at fault. `cpu` must be supported here.
    package init(
        file: SafetensorsFile, config: BertConfig, pooling: ModelFolder.Pooling, cpu: outcrop_cpu = outcrop_cpu_best()
    ) throws {
        precondition(outcrop_cpu_supports(cpu))
        self.config = config
        self.pooling = pooling
        weights = try BertWeights(file, config: config, cpu: cpu)
        layout = PackedLayer(config, cpu: cpu)
    }

    /// The unit vector of a text's ids: one to `config.positionCount` of them, each below `config.vocabularyCount`.
    /// `scratch` grows to what the length needs and may be reused. Throws `OutcropFailure` when the weights give no vector.
    package func encode(_ ids: [Int32], scratch: inout EncoderScratch) throws -> [Float] {
        precondition(!ids.isEmpty && ids.count <= config.positionCount)
        let packed = try packedWeights()
        var length: Float = 0
        let vector = scratch.withFloats(EncoderScratch.Layout(config, tokenCount: ids.count, cpu: weights.cpu)) {
            layout, floats in
            let states = floats + layout.states
            embed(ids, into: states)
            for layer in 0..<config.layerCount {
                let parameters = packed.floats + layer * self.layout.count
                attend(tokenCount: ids.count, parameters, layout, floats)
                transform(tokenCount: ids.count, parameters, layout, floats)
            }
            return [Float](unsafeUninitializedCapacity: config.hidden) { vector, count in
                length = outcrop_mean_unit(states, pooling == .mean ? ids.count : 1, config.hidden, vector.baseAddress)
                count = config.hidden
            }
        }
        guard length.isFinite, length > 0 else {
            throw OutcropFailure.model("model.safetensors: the weights give no finite vector.")
        }
        return vector
    }

    private func packedWeights() throws -> FloatBlock {
        try packed.withLock { packed in
            if let packed { return packed }
            let block = try weights.pack()
            packed = block
            return block
        }
    }

    /// states[t] = LayerNorm(word[id] + position[t] + type[0]).
    private func embed(_ ids: [Int32], into states: UnsafeMutablePointer<Float>) {
        let hidden = config.hidden
        weights.words.withFloats { words in
            weights.positions.withFloats { positions in
                weights.types.withFloats { types in
                    for (at, id) in ids.enumerated() {
                        precondition(id >= 0 && id < config.vocabularyCount)
                        outcrop_sum3(
                            words.baseAddress! + Int(id) * hidden, positions.baseAddress! + at * hidden, types.baseAddress!,
                            states + at * hidden, hidden)
                    }
                }
            }
        }
        weights.gamma.withFloats { gamma in
            weights.beta.withFloats { beta in
                outcrop_layer_norm_rows(
                    weights.cpu, states, nil, gamma.baseAddress, beta.baseAddress, config.layerNormEpsilon, ids.count, hidden)
            }
        }
    }

    /// attended = LayerNorm(states + Output(softmax(Q·Kᵀ/√width)·V)), head by head.
    private func attend(
        tokenCount: Int, _ parameters: UnsafePointer<Float>, _ scratch: EncoderScratch.Layout,
        _ floats: UnsafeMutablePointer<Float>
    ) {
        let (cpu, hidden, width, stride) = (weights.cpu, config.hidden, config.headWidth, 3 * config.hidden)
        let (states, projected, context) = (floats + scratch.states, floats + scratch.projected, floats + scratch.context)
        let (scores, packed, attended) = (floats + scratch.scores, floats + scratch.packed, floats + scratch.attended)
        outcrop_gemm(
            cpu, tokenCount, stride, hidden, states, hidden, parameters + layout.attention, parameters + layout.attentionBias,
            projected, stride)
        for head in 0..<config.headCount {
            let query = projected + head * width
            outcrop_pack_transposed(cpu, query + hidden, stride, width, tokenCount, packed)
            outcrop_gemm(cpu, tokenCount, tokenCount, width, query, stride, packed, nil, scores, tokenCount)
            outcrop_softmax_rows(cpu, scores, tokenCount, tokenCount, tokenCount, 1 / Float(width).squareRoot())
            outcrop_pack(cpu, query + 2 * hidden, stride, tokenCount, width, packed)
            outcrop_gemm(cpu, tokenCount, width, tokenCount, scores, tokenCount, packed, nil, context + head * width, hidden)
        }
        outcrop_gemm(
            cpu, tokenCount, hidden, hidden, context, hidden, parameters + layout.attentionOutput,
            parameters + layout.attentionOutputBias, attended, hidden)
        outcrop_layer_norm_rows(
            cpu, attended, states, parameters + layout.attentionGamma, parameters + layout.attentionBeta, config.layerNormEpsilon,
            tokenCount, hidden)
    }

    /// states = LayerNorm(attended + Output(GELU(Intermediate(attended)))).
    private func transform(
        tokenCount: Int, _ parameters: UnsafePointer<Float>, _ scratch: EncoderScratch.Layout,
        _ floats: UnsafeMutablePointer<Float>
    ) {
        let (cpu, hidden, inner) = (weights.cpu, config.hidden, config.intermediate)
        let (states, attended, activations) = (floats + scratch.states, floats + scratch.attended, floats + scratch.activations)
        outcrop_gemm(
            cpu, tokenCount, inner, hidden, attended, hidden, parameters + layout.intermediate,
            parameters + layout.intermediateBias,
            activations, inner)
        outcrop_gelu(cpu, activations, tokenCount * inner)
        outcrop_gemm(
            cpu, tokenCount, hidden, inner, activations, inner, parameters + layout.output, parameters + layout.outputBias,
            states,
            hidden)
        outcrop_layer_norm_rows(
            cpu, states, attended, parameters + layout.outputGamma, parameters + layout.outputBeta, config.layerNormEpsilon,
            tokenCount, hidden)
    }
}
