#include "outcrop_dot.h"

#include <string.h>

// Fusing would round once where other processors round twice.
#pragma STDC FP_CONTRACT OFF

enum { LANES = 32 };

// The compiler splits a 64-byte vector into what the function's target has: one zmm, two ymm, four xmm or NEON registers.
typedef float lanes16 __attribute__((vector_size(64)));
typedef float lanes16u __attribute__((vector_size(64), aligned(4)));
typedef float lanes8 __attribute__((vector_size(32)));
typedef float lanes4 __attribute__((vector_size(16)));

static inline __attribute__((always_inline)) float dot_body(const float *a, const float *b, size_t n) {
    lanes16 low = {0}, high = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        low += *(const lanes16u *)(a + i) * *(const lanes16u *)(b + i);
        high += *(const lanes16u *)(a + i + 16) * *(const lanes16u *)(b + i + 16);
    }
    if (i < n) {
        float tail_a[LANES] = {0}, tail_b[LANES] = {0};
        memcpy(tail_a, a + i, (n - i) * sizeof(float));
        memcpy(tail_b, b + i, (n - i) * sizeof(float));
        low += *(const lanes16u *)tail_a * *(const lanes16u *)tail_b;
        high += *(const lanes16u *)(tail_a + 16) * *(const lanes16u *)(tail_b + 16);
    }
    low += high;
    lanes8 eight = __builtin_shufflevector(low, low, 0, 1, 2, 3, 4, 5, 6, 7)
                   + __builtin_shufflevector(low, low, 8, 9, 10, 11, 12, 13, 14, 15);
    lanes4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

static inline __attribute__((always_inline)) void rows_body(
    const float *rows, size_t row_count, size_t n, const float *query, float *scores) {
    for (size_t row = 0; row < row_count; row++) scores[row] = dot_body(rows + row * n, query, n);
}

static float dot_plain(const float *a, const float *b, size_t n) { return dot_body(a, b, n); }
static void rows_plain(const float *rows, size_t row_count, size_t n, const float *query, float *scores) {
    rows_body(rows, row_count, n, query, scores);
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static float dot_avx2(const float *a, const float *b, size_t n) { return dot_body(a, b, n); }
__attribute__((target("avx2,fma"))) static void rows_avx2(
    const float *rows, size_t row_count, size_t n, const float *query, float *scores) {
    rows_body(rows, row_count, n, query, scores);
}
__attribute__((target("avx512f"))) static float dot_avx512(const float *a, const float *b, size_t n) { return dot_body(a, b, n); }
__attribute__((target("avx512f"))) static void rows_avx512(
    const float *rows, size_t row_count, size_t n, const float *query, float *scores) {
    rows_body(rows, row_count, n, query, scores);
}
#endif

float outcrop_dot_f32_on(outcrop_cpu cpu, const float *a, const float *b, size_t n) {
#if defined(__x86_64__)
    if (cpu == OUTCROP_CPU_AVX512) return dot_avx512(a, b, n);
    if (cpu == OUTCROP_CPU_AVX2) return dot_avx2(a, b, n);
#else
    (void)cpu;
#endif
    return dot_plain(a, b, n);
}

float outcrop_dot_f32(const float *a, const float *b, size_t n) { return outcrop_dot_f32_on(outcrop_cpu_best(), a, b, n); }

void outcrop_dot_rows_f32(const float *rows, size_t row_count, size_t n, const float *query, float *scores) {
#if defined(__x86_64__)
    switch (outcrop_cpu_best()) {
    case OUTCROP_CPU_AVX512:
        return rows_avx512(rows, row_count, n, query, scores);
    case OUTCROP_CPU_AVX2:
        return rows_avx2(rows, row_count, n, query, scores);
    case OUTCROP_CPU_PLAIN:
        break;
    }
#endif
    rows_plain(rows, row_count, n, query, scores);
}

float outcrop_dot_f32_scalar(const float *a, const float *b, size_t n) {
    float lanes[LANES] = {0};
    size_t padded = (n + LANES - 1) / LANES * LANES;
    for (size_t i = 0; i < padded; i++) {
        float product = i < n ? a[i] * b[i] : 0;
        lanes[i % LANES] += product;
    }
    for (size_t half = LANES / 2; half > 0; half /= 2) {
        for (size_t i = 0; i < half; i++) lanes[i] += lanes[i + half];
    }
    return lanes[0];
}
