/* tile.h - small square tiles of pixels turned over their diagonal in registers, and what else is
 * the same for all pixels of one size.
 *
 * tile_turn_uint8(a) and its like turn TILE_uint8 vectors of as many pixels: what was pixel i of
 * vector k becomes pixel k of vector i. Interleaving the first half of the vectors with the second
 * moves one bit of a pixel's vector number into its place in the vector, so log2(n) rounds
 * exchange the two. The vectors have 16 bytes, which every processor interleaves in one
 * instruction.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_TILE_H
#define OPS_TILE_H

#include "ops/op.h"

#include <string.h>

/* Moving a pixel takes no more than its size: X(uint8) … for 1, 2, 4 and 8 bytes. */
#define FOR_EACH_PIXEL_SIZE(X) X(uint8) X(uint16) X(uint32) X(uint64)
enum { PIXEL_SIZES = 4 };

/* The kernel of a table in that order. */
static inline row_kernel *kernel_of_size(row_kernel *const table[PIXEL_SIZES], enum pixel_type type)
{
    return table[__builtin_ctzl(pixel_size(type))];
}

enum { TILE_uint8 = 16, TILE_uint16 = 8, TILE_uint32 = 4, TILE_uint64 = 2 };

#define TILE_VECTOR(T) typedef T tile_##T __attribute__((vector_size(16)));
FOR_EACH_PIXEL_SIZE(TILE_VECTOR)

#define TILE_ROUND(T, ROUND, LOW, HIGH)                                                            \
    static inline                                                                                  \
        __attribute__((always_inline)) void tile_##ROUND##_##T(const tile_##T *a, tile_##T *b)     \
    {                                                                                              \
        _Pragma("GCC unroll 16") for (int i = 0; i < TILE_##T / 2; i++)                            \
        {                                                                                          \
            b[2 * i] = __builtin_shufflevector(a[i], a[i + TILE_##T / 2], LOW);                    \
            b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + TILE_##T / 2], HIGH);               \
        }                                                                                          \
    }
#define TILE_LOW_uint8 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define TILE_HIGH_uint8 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define TILE_LOW_uint16 0, 8, 1, 9, 2, 10, 3, 11
#define TILE_HIGH_uint16 4, 12, 5, 13, 6, 14, 7, 15
#define TILE_LOW_uint32 0, 4, 1, 5
#define TILE_HIGH_uint32 2, 6, 3, 7
#define TILE_LOW_uint64 0, 2
#define TILE_HIGH_uint64 1, 3

/* b is room for the other half of the rounds; the result is where the last one leaves it. */
#define TILE_TURN(T)                                                                               \
    TILE_ROUND(T, round, TILE_LOW_##T, TILE_HIGH_##T)                                              \
    static inline __attribute__((always_inline)) void tile_turn_##T(tile_##T *a)                   \
    {                                                                                              \
        tile_##T b[TILE_##T];                                                                      \
                                                                                                   \
        tile_round_##T(a, b);                                                                      \
        if (TILE_##T == 2) {                                                                       \
            memcpy(a, b, sizeof b);                                                                \
            return;                                                                                \
        }                                                                                          \
        tile_round_##T(b, a);                                                                      \
        if (TILE_##T == 4)                                                                         \
            return;                                                                                \
        tile_round_##T(a, b);                                                                      \
        if (TILE_##T == 8) {                                                                       \
            memcpy(a, b, sizeof b);                                                                \
            return;                                                                                \
        }                                                                                          \
        tile_round_##T(b, a);                                                                      \
    }
FOR_EACH_PIXEL_SIZE(TILE_TURN)

#undef TILE_VECTOR
#undef TILE_ROUND
#undef TILE_TURN
#endif
