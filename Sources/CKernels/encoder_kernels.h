// The encoder's kernels, written once over a vector of VECTOR_BYTES and compiled once for each instruction set: encoder.c
// includes this file with NAME(x) (a suffix), VECTOR_BYTES and TILE_ROWS set, inside the matching target attribute.

enum { NAME(WIDTH) = VECTOR_BYTES / sizeof(float), NAME(PANEL) = 2 * NAME(WIDTH) };

typedef float NAME(vec) __attribute__((vector_size(VECTOR_BYTES)));
typedef float NAME(vecu) __attribute__((vector_size(VECTOR_BYTES), aligned(4)));
typedef int NAME(veci) __attribute__((vector_size(VECTOR_BYTES)));

#define VEC NAME(vec)
#define VECI NAME(veci)
#define WIDTH NAME(WIDTH)
#define PANEL NAME(PANEL)
#define LOAD(p) (*(const NAME(vecu) *)(p))
#define STORE(p, v) (*(NAME(vecu) *)(p) = (v))
#define SPLAT(x) ((VEC){0} + (x))
#define INLINE static inline __attribute__((always_inline))

// MARK: Matrix product

// One tile: `rows` × PANEL results in 2 · rows registers; per k one panel row is loaded and each a[r][k] broadcast.
INLINE void NAME(tile)(
    const size_t rows, size_t k, const float *a, size_t a_stride, const float *panel, const float *bias, float *c,
    size_t c_stride) {
    VEC sums[TILE_ROWS][2];
    for (size_t r = 0; r < rows; r++) {
        sums[r][0] = LOAD(bias);
        sums[r][1] = LOAD(bias + WIDTH);
    }
    for (size_t i = 0; i < k; i++) {
        VEC left = LOAD(panel + i * PANEL), right = LOAD(panel + i * PANEL + WIDTH);
        for (size_t r = 0; r < rows; r++) {
            float factor = a[r * a_stride + i];
            sums[r][0] += factor * left;
            sums[r][1] += factor * right;
        }
    }
    for (size_t r = 0; r < rows; r++) {
        STORE(c + r * c_stride, sums[r][0]);
        STORE(c + r * c_stride + WIDTH, sums[r][1]);
    }
}

// A constant row count lets the compiler keep the whole tile in registers.
#define TILE_CASE(rows) \
    case rows: \
        return NAME(tile)(rows, k, a, a_stride, panel, bias, c, c_stride);

static void NAME(tile_of)(
    size_t rows, size_t k, const float *a, size_t a_stride, const float *panel, const float *bias, float *c, size_t c_stride) {
    switch (rows) {
        TILE_CASE(1)
        TILE_CASE(2)
        TILE_CASE(3)
        TILE_CASE(4)
        TILE_CASE(5)
        TILE_CASE(6)
#if TILE_ROWS > 6
        TILE_CASE(7)
        TILE_CASE(8)
        TILE_CASE(9)
        TILE_CASE(10)
        TILE_CASE(11)
        TILE_CASE(12)
#endif
    }
}
#undef TILE_CASE

// Panel by panel, so that one panel stays in the cache while all rows of `a` pass over it.
static void NAME(gemm)(
    size_t m, size_t n, size_t k, const float *a, size_t a_stride, const float *packed, const float *bias, float *c,
    size_t c_stride) {
    if (m == 0) return;
    size_t tiles = (m + TILE_ROWS - 1) / TILE_ROWS;
    size_t tile_rows = (m + tiles - 1) / tiles;  // 13 rows are 7 + 6, not 12 + 1
    for (size_t column = 0; column < n; column += PANEL) {
        const float *panel = packed + column * k;
        size_t columns = n - column < PANEL ? n - column : PANEL;
        float panel_bias[PANEL] = {0};
        if (bias) memcpy(panel_bias, bias + column, columns * sizeof(float));
        for (size_t row = 0; row < m; row += tile_rows) {
            size_t rows = m - row < tile_rows ? m - row : tile_rows;
            const float *tile_a = a + row * a_stride;
            float *tile_c = c + row * c_stride + column;
            if (columns == PANEL) {
                NAME(tile_of)(rows, k, tile_a, a_stride, panel, panel_bias, tile_c, c_stride);
                continue;
            }
            float whole[TILE_ROWS * PANEL];
            NAME(tile_of)(rows, k, tile_a, a_stride, panel, panel_bias, whole, PANEL);
            for (size_t r = 0; r < rows; r++) memcpy(tile_c + r * c_stride, whole + r * PANEL, columns * sizeof(float));
        }
    }
}

// Panel p holds columns p·PANEL…: for each k, PANEL neighbouring floats; columns past n are zero.
static void NAME(pack_transposed)(const float *rows, size_t stride, size_t k, size_t n, float *packed) {
    for (size_t column = 0; column < n; column += PANEL, packed += PANEL * k) {
        size_t columns = n - column < PANEL ? n - column : PANEL;
        if (columns < PANEL) memset(packed, 0, PANEL * k * sizeof(float));
        for (size_t i = 0; i < k; i++) {
            for (size_t j = 0; j < columns; j++) packed[i * PANEL + j] = rows[(column + j) * stride + i];
        }
    }
}

static void NAME(pack)(const float *rows, size_t stride, size_t k, size_t n, float *packed) {
    for (size_t column = 0; column < n; column += PANEL, packed += PANEL * k) {
        size_t columns = n - column < PANEL ? n - column : PANEL;
        if (columns < PANEL) memset(packed, 0, PANEL * k * sizeof(float));
        for (size_t i = 0; i < k; i++) memcpy(packed + i * PANEL, rows + i * stride + column, columns * sizeof(float));
    }
}

// MARK: Functions

// exp(x) = 2^i · e^r with i = round(x / ln 2), |r| ≤ ln 2 / 2; ln 2 in two parts (Cody and Waite), e^r by the polynomial of
// Cephes' expf.
INLINE VEC NAME(exp)(VEC x) {
    VECI tiny = x < -87.3f;
    x = __builtin_elementwise_min(__builtin_elementwise_max(x, SPLAT(-87.3f)), SPLAT(88.0f));
    // Adding 1.5 · 2²³ rounds to the nearest integer and leaves it in the low bits.
    VEC shifted = x * 1.44269504f + 12582912.0f;
    VEC whole = shifted - 12582912.0f;
    VEC r = x - whole * 0.693359375f - whole * -2.12194440e-4f;
    VEC p = SPLAT(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    VECI bits = ((VECI)shifted - 0x4B400000 + 127) << 23;
    VEC result = p * (VEC)bits;
    return (VEC)((VECI)result & ~tiny);
}

// erf(x) = x · P(x²) / Q(x²) on |x| ≤ 4, ±1 beyond: the rational minimax approximation of Eigen (Apache/MPL2) and XLA.
INLINE VEC NAME(erf)(VEC x) {
    x = __builtin_elementwise_min(__builtin_elementwise_max(x, SPLAT(-4.0f)), SPLAT(4.0f));
    VEC s = x * x;
    VEC p = SPLAT(-2.72614225801306e-10f);
    p = p * s + 2.77068142495902e-08f;
    p = p * s + -2.10102402082508e-06f;
    p = p * s + -5.69250639462346e-05f;
    p = p * s + -7.34990630326855e-04f;
    p = p * s + -2.95459980854025e-03f;
    p = p * s + -1.60960333262415e-02f;
    VEC q = SPLAT(-1.45660718464996e-05f);
    q = q * s + -2.13374055278905e-04f;
    q = q * s + -1.68282697438203e-03f;
    q = q * s + -7.37332916720468e-03f;
    q = q * s + -1.42647390514189e-02f;
    return x * p / q;
}

INLINE VEC NAME(gelu_of)(VEC x) { return 0.5f * x * (1.0f + NAME(erf)(x * 0.70710678f)); }

// `out[i]` = function(x[i]); the last vector goes through a padded copy.
#define MAP(function, x, out, n) \
    do { \
        size_t at = 0; \
        for (; at + WIDTH <= (n); at += WIDTH) STORE((out) + at, function(LOAD((x) + at))); \
        if (at < (n)) { \
            float part[WIDTH] = {0}; \
            memcpy(part, (x) + at, ((n) - at) * sizeof(float)); \
            STORE(part, function(LOAD(part))); \
            memcpy((out) + at, part, ((n) - at) * sizeof(float)); \
        } \
    } while (0)

static void NAME(exp_all)(const float *x, float *out, size_t n) { MAP(NAME(exp), x, out, n); }
static void NAME(erf_all)(const float *x, float *out, size_t n) { MAP(NAME(erf), x, out, n); }
static void NAME(gelu)(float *x, size_t n) { MAP(NAME(gelu_of), x, x, n); }
#undef MAP

INLINE float NAME(lane_sum)(VEC v) {
    float sum = 0;
    for (size_t i = 0; i < WIDTH; i++) sum += v[i];
    return sum;
}

static void NAME(softmax_row)(float *x, size_t n, float scale) {
    // Finding the largest vector by vector: the compiler may not reorder scalar comparisons by itself.
    VEC tops = SPLAT(x[0]), sums = {0};
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) tops = __builtin_elementwise_max(tops, LOAD(x + i));
    float largest = __builtin_reduce_max(tops);
    for (; i < n; i++) largest = x[i] > largest ? x[i] : largest;
    for (i = 0; i + WIDTH <= n; i += WIDTH) {
        VEC e = NAME(exp)((LOAD(x + i) - largest) * scale);
        STORE(x + i, e);
        sums += e;
    }
    if (i < n) {
        float part[WIDTH];
        for (size_t j = 0; j < WIDTH; j++) part[j] = i + j < n ? (x[i + j] - largest) * scale : -1000.0f;  // exp gives 0
        VEC e = NAME(exp)(LOAD(part));
        sums += e;
        STORE(part, e);
        memcpy(x + i, part, (n - i) * sizeof(float));
    }
    float factor = 1.0f / NAME(lane_sum)(sums);
    for (i = 0; i + WIDTH <= n; i += WIDTH) STORE(x + i, LOAD(x + i) * factor);
    for (; i < n; i++) x[i] *= factor;
}

// Two passes, since the variance from sum and sum of squares cancels.
static void NAME(layer_norm_row)(
    float *x, const float *residual, const float *gamma, const float *beta, float epsilon, size_t n) {
    VEC sums = {0};
    float rest = 0;
    size_t whole = n / WIDTH * WIDTH;
    for (size_t i = 0; i < whole; i += WIDTH) {
        VEC v = LOAD(x + i);
        if (residual) v += LOAD(residual + i);
        STORE(x + i, v);
        sums += v;
    }
    for (size_t i = whole; i < n; i++) {
        if (residual) x[i] += residual[i];
        rest += x[i];
    }
    float mean = (NAME(lane_sum)(sums) + rest) / n;
    sums = (VEC){0};
    rest = 0;
    for (size_t i = 0; i < whole; i += WIDTH) {
        VEC d = LOAD(x + i) - mean;
        sums += d * d;
    }
    for (size_t i = whole; i < n; i++) rest += (x[i] - mean) * (x[i] - mean);
    float factor = 1.0f / sqrtf((NAME(lane_sum)(sums) + rest) / n + epsilon);
    for (size_t i = 0; i < n; i++) x[i] = (x[i] - mean) * factor * gamma[i] + beta[i];
}

#undef VEC
#undef VECI
#undef WIDTH
#undef PANEL
#undef LOAD
#undef STORE
#undef SPLAT
#undef INLINE
