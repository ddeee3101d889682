#include "outcrop_cpu.h"

bool outcrop_cpu_supports(outcrop_cpu cpu) {
    switch (cpu) {
    case OUTCROP_CPU_PLAIN:
        return true;
#if defined(__x86_64__)
    // The builtin also asks the operating system (XCR0) whether it saves the wide registers.
    case OUTCROP_CPU_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case OUTCROP_CPU_AVX512:
        return __builtin_cpu_supports("avx512f") && outcrop_cpu_supports(OUTCROP_CPU_AVX2);
#endif
    default:
        return false;
    }
}

outcrop_cpu outcrop_cpu_best(void) {
    if (outcrop_cpu_supports(OUTCROP_CPU_AVX512)) return OUTCROP_CPU_AVX512;
    if (outcrop_cpu_supports(OUTCROP_CPU_AVX2)) return OUTCROP_CPU_AVX2;
    return OUTCROP_CPU_PLAIN;
}
