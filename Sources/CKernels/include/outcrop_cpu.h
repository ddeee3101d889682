/// Which instruction set a kernel runs on. Every kernel exists for each of them; callers may name one, so that tests compare
/// them.
#pragma once

#include <stdbool.h>

#if defined(__cplusplus)
extern "C" {
#endif

typedef enum {
    /// Plain C for the target's baseline: SSE2 on x86-64, NEON on arm64.
    OUTCROP_CPU_PLAIN = 0,
    /// x86-64 with AVX2 and FMA.
    OUTCROP_CPU_AVX2 = 1,
    /// x86-64 with AVX-512F.
    OUTCROP_CPU_AVX512 = 2,
} outcrop_cpu;

/// The best one that this processor and operating system support.
outcrop_cpu outcrop_cpu_best(void);

/// Whether code for `cpu` may run here.
bool outcrop_cpu_supports(outcrop_cpu cpu);

#if defined(__cplusplus)
}
#endif
