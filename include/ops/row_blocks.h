/* row_blocks.h - loops along a row in whole blocks.
 *
 * Compilers finish a vector loop pixel by pixel, which for rows of about a thousand uint8 takes as
 * long as all the vectors. Here the last block overlaps the one before instead, so the statement
 * must give the same when it is run twice for a pixel.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_ROW_BLOCKS_H
#define OPS_ROW_BLOCKS_H

enum { ROW_BLOCK = 64 };

/* Runs the statement for x = 0 .. n - 1, some of them twice. */
#define IN_ROW_BLOCKS(x, n, ...)                                                                   \
    do {                                                                                           \
        for (int begin_ = 0; (n) >= ROW_BLOCK && begin_ < (n); begin_ += ROW_BLOCK) {              \
            const int at_ = begin_ + ROW_BLOCK < (n) ? begin_ : (n)-ROW_BLOCK;                     \
            for (int x = at_; x < at_ + ROW_BLOCK; x++)                                            \
                __VA_ARGS__;                                                                       \
        }                                                                                          \
        for (int x = 0; (n) < ROW_BLOCK && x < (n); x++)                                           \
            __VA_ARGS__;                                                                           \
    } while (0)

#endif
