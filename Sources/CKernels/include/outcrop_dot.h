/// Dot products of 32-bit floats whose results are the same bits on every processor.
///
/// The order of summation is part of the contract: 32 lanes, where lane `i` adds the products at `i`, `i + 32`, … one after
/// the other, product and sum rounded separately (never fused); a last partial group is padded with zeros. Then the lanes are
/// folded in halves: lane `i` += lane `i + 16`, then `+ 8`, `+ 4`, `+ 2`, `+ 1`.
#pragma once

#include <stddef.h>

#include "outcrop_cpu.h"

#if defined(__cplusplus)
extern "C" {
#endif

/// The dot product of `n` floats with the best instructions here. The pointers need no alignment.
float outcrop_dot_f32(const float *a, const float *b, size_t n);

/// The reference: one scalar operation at a time in the same order.
float outcrop_dot_f32_scalar(const float *a, const float *b, size_t n);

/// The dot product with the instructions named; `cpu` must be supported here.
float outcrop_dot_f32_on(outcrop_cpu cpu, const float *a, const float *b, size_t n);

/// `scores[r]` = dot product of `query` and row `r`; rows lie `n` floats apart, without gaps.
void outcrop_dot_rows_f32(const float *rows, size_t row_count, size_t n, const float *query, float *scores);

#if defined(__cplusplus)
}
#endif
