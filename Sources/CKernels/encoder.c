#include "outcrop_encoder.h"

#include <math.h>
#include <string.h>

// Fusing product and sum is welcome here: nothing promises equal bits across processors.
#pragma STDC FP_CONTRACT ON

#define NAME(x) x##_plain
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define TILE_ROWS 12  // 24 of 32 registers
#else
#define TILE_ROWS 6  // 12 of 16 registers
#endif
#include "encoder_kernels.h"
#undef NAME
#undef VECTOR_BYTES
#undef TILE_ROWS

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(x) x##_avx2
#define VECTOR_BYTES 32
#define TILE_ROWS 6
#include "encoder_kernels.h"
#undef NAME
#undef VECTOR_BYTES
#undef TILE_ROWS
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#define NAME(x) x##_avx512
#define VECTOR_BYTES 64
#define TILE_ROWS 12  // 24 of 32 registers
#include "encoder_kernels.h"
#undef NAME
#undef VECTOR_BYTES
#undef TILE_ROWS
#pragma clang attribute pop

#define ON(cpu, call) \
    ((cpu) == OUTCROP_CPU_AVX512 ? call(avx512) : (cpu) == OUTCROP_CPU_AVX2 ? call(avx2) : call(plain))
#else
#define ON(cpu, call) ((void)(cpu), call(plain))
#endif

size_t outcrop_packed_count(outcrop_cpu cpu, size_t k, size_t n) {
#define CALL(isa) ((n + PANEL_##isa - 1) / PANEL_##isa * PANEL_##isa * k)
    return ON(cpu, CALL);
#undef CALL
}

void outcrop_pack_transposed(outcrop_cpu cpu, const float *rows, size_t stride, size_t k, size_t n, float *packed) {
#define CALL(isa) pack_transposed_##isa(rows, stride, k, n, packed)
    ON(cpu, CALL);
#undef CALL
}

void outcrop_pack(outcrop_cpu cpu, const float *rows, size_t stride, size_t k, size_t n, float *packed) {
#define CALL(isa) pack_##isa(rows, stride, k, n, packed)
    ON(cpu, CALL);
#undef CALL
}

void outcrop_gemm(
    outcrop_cpu cpu, size_t m, size_t n, size_t k, const float *a, size_t a_stride, const float *packed_b, const float *bias,
    float *c, size_t c_stride) {
#define CALL(isa) gemm_##isa(m, n, k, a, a_stride, packed_b, bias, c, c_stride)
    ON(cpu, CALL);
#undef CALL
}

void outcrop_softmax_rows(outcrop_cpu cpu, float *x, size_t stride, size_t row_count, size_t n, float scale) {
    if (n == 0) return;
#define CALL(isa) softmax_row_##isa(x + row * stride, n, scale)
    for (size_t row = 0; row < row_count; row++) ON(cpu, CALL);
#undef CALL
}

void outcrop_layer_norm_rows(
    outcrop_cpu cpu, float *x, const float *residual, const float *gamma, const float *beta, float epsilon, size_t row_count,
    size_t n) {
#define CALL(isa) layer_norm_row_##isa(x + row * n, residual ? residual + row * n : NULL, gamma, beta, epsilon, n)
    for (size_t row = 0; row < row_count; row++) ON(cpu, CALL);
#undef CALL
}

void outcrop_gelu(outcrop_cpu cpu, float *x, size_t n) {
#define CALL(isa) gelu_##isa(x, n)
    ON(cpu, CALL);
#undef CALL
}

void outcrop_exp(outcrop_cpu cpu, const float *x, float *out, size_t n) {
#define CALL(isa) exp_all_##isa(x, out, n)
    ON(cpu, CALL);
#undef CALL
}

void outcrop_erf(outcrop_cpu cpu, const float *x, float *out, size_t n) {
#define CALL(isa) erf_all_##isa(x, out, n)
    ON(cpu, CALL);
#undef CALL
}

void outcrop_sum3(const float *a, const float *b, const float *c, float *out, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = a[i] + b[i] + c[i];
}

float outcrop_mean_unit(const float *x, size_t row_count, size_t n, float *out) {
    memset(out, 0, n * sizeof(float));
    for (size_t row = 0; row < row_count; row++) {
        for (size_t i = 0; i < n; i++) out[i] += x[row * n + i];
    }
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        out[i] /= row_count;
        squares += (double)out[i] * out[i];
    }
    float length = (float)sqrt(squares);
    if (length > 0) {
        for (size_t i = 0; i < n; i++) out[i] /= length;
    }
    return length;
}
