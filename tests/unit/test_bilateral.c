/* test_bilateral.c - all variants of the bilateral filter's inner loop.
 * SPDX-License-Identifier: MIT */
#include "ops/bilateral.h"
#include "unit.h"

#include <string.h>

enum { BINS = 100, PIXELS = 200, SUMS = (1 + BILATERAL_BANDS) * BILATERAL_TILE };

static float weights[BILATERAL_BANDS * BILATERAL_LEVELS + BINS + 2];
static uint8 bytes[BILATERAL_LEVELS * sizeof(float)];

static struct bilateral_table table_of(int levels)
{
    for (int i = 0; i < levels; i++)
        weights[i] = expf(-0.01F * (float)i);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i % sizeof(float) * BILATERAL_LEVELS + i / sizeof(float)] =
            ((const uint8 *)weights)[i];
    return (struct bilateral_table){
        .weights = weights, .bytes = bytes, .per_unit = 0.3F, .most = BINS};
}

/* Differences of uint8 are below 64, below 128 or any. */
static void fill(uint8 *pixels, float *reals, int most)
{
    for (int i = 0; i < PIXELS; i++) {
        pixels[i] = (uint8)(rand() % most);
        reals[i] = (float)(rand() % 1000) - 500;
    }
}

static void check_variants(int kind, int n, int most)
{
    const struct bilateral_table table = table_of(BILATERAL_BANDS * BILATERAL_LEVELS);
    const int bands = kind % 2 ? BILATERAL_BANDS : 1;
    uint8 pixels[2 * BILATERAL_BANDS][PIXELS];
    float reals[2 * BILATERAL_BANDS][PIXELS], expected[SUMS], sums[SUMS];
    const void *rows[2 * BILATERAL_BANDS];
    bilateral_add *variants[BILATERAL_VARIANTS];
    const int n_variants = bilateral_variants(kind, variants);

    for (int i = 0; i < 2 * bands; i++) {
        fill(pixels[i], reals[i], most);
        rows[i] = kind < BILATERAL_FLOAT32 ? (const void *)pixels[i] : (const void *)reals[i];
    }
    for (int v = 0; v < n_variants; v++) {
        for (int i = 0; i < SUMS; i++)
            sums[i] = (float)i / 7;
        variants[v](&table, 0.7F, rows, sums, n);
        if (v == 0)
            memcpy(expected, sums, sizeof sums);
        ck_assert_msg(memcmp(expected, sums, sizeof sums) == 0, "kind %d, variant %d, %d pixels",
                      kind, v, n);
    }
}

START_TEST(all_variants_give_the_same_sums)
{
    for (int kind = 0; kind < BILATERAL_KINDS; kind++)
        for (int n = 1; n <= PIXELS; n += n < 20 ? 1 : 13)
            for (int most = 64; most <= 256; most *= 2)
                check_variants(kind, n, most);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {all_variants_give_the_same_sums};

    return UNIT_RUN("bilateral", tests);
}
