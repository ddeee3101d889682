/// The arithmetic of a BERT encoder in 32-bit floats, one function a step. Results differ between processors by rounding only.
///
/// Matrices are row-major; a stride counts floats from row to row. No pointer needs alignment; 64 bytes is quickest.
/// `cpu` must be supported here and be the one the operands were packed for.
#pragma once

#include <stddef.h>

#include "outcrop_cpu.h"

#if defined(__cplusplus)
extern "C" {
#endif

/// Floats that a packed right operand of `k` rows and `n` columns takes: whole panels of the micro-kernel's width.
size_t outcrop_packed_count(outcrop_cpu cpu, size_t k, size_t n);

/// Packs the transpose of `rows` [n][k] (a layer's weight [out][in], or the keys of a head) as a right operand of `outcrop_gemm`.
void outcrop_pack_transposed(outcrop_cpu cpu, const float *rows, size_t stride, size_t k, size_t n, float *packed);

/// Packs `rows` [k][n] (the values of a head) as a right operand of `outcrop_gemm`.
void outcrop_pack(outcrop_cpu cpu, const float *rows, size_t stride, size_t k, size_t n, float *packed);

/// c [m][n] = a [m][k] · b [k][n] + bias [n]; `bias` may be null. `c` must not overlap the operands.
void outcrop_gemm(
    outcrop_cpu cpu, size_t m, size_t n, size_t k, const float *a, size_t a_stride, const float *packed_b, const float *bias,
    float *c, size_t c_stride);

/// Replaces each of `row_count` rows of `n` by softmax(scale · row).
void outcrop_softmax_rows(outcrop_cpu cpu, float *x, size_t stride, size_t row_count, size_t n, float scale);

/// x = LayerNorm(x + residual) · gamma + beta for each of `row_count` rows of `n`, without gaps; `residual` may be null.
void outcrop_layer_norm_rows(
    outcrop_cpu cpu, float *x, const float *residual, const float *gamma, const float *beta, float epsilon, size_t row_count,
    size_t n);

/// x = x/2 · (1 + erf(x/√2)) for `n` floats.
void outcrop_gelu(outcrop_cpu cpu, float *x, size_t n);

/// out = a + b + c for `n` floats.
void outcrop_sum3(const float *a, const float *b, const float *c, float *out, size_t n);

/// Writes the mean of `row_count` rows of `n`, scaled to length 1, to `out` and returns the length before scaling.
float outcrop_mean_unit(const float *x, size_t row_count, size_t n, float *out);

/// `out[i]` = exp(x[i]), 0 below −87.3, absolute error below 1e-6 for x ≤ 0.
void outcrop_exp(outcrop_cpu cpu, const float *x, float *out, size_t n);

/// `out[i]` = erf(x[i]), absolute error below 1e-6.
void outcrop_erf(outcrop_cpu cpu, const float *x, float *out, size_t n);

#if defined(__cplusplus)
}
#endif
