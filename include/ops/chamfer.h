/* chamfer.h - distances by the steps of a mask, from rows where they are known to those between.
 *
 * Source: G. Borgefors, "Distance transformations in digital images", 1986: two passes over the
 * rows, down and up again, give the shortest way by such steps to any pixel; here also to pixels
 * that have a distance already. */
#ifndef OPS_CHAMFER_H
#define OPS_CHAMFER_H

#include "base/planes.h"

/* What a step costs to the side, at a slant, and of a knight's move; a knight of 0: there is none. */
struct chamfer {
    uint32_t side, slant, knight;
};

/* Nothing is farther. The bit above all distances is the pixel's own, and stays. */
enum { CHAMFER_CAP = INT32_MAX >> 2 };
static const uint32_t chamfer_mark = 0x80000000;

/* Rows at both ends of a band of them that must be known. */
static inline int chamfer_known(const struct chamfer *c)
{
    return c->knight ? 2 : 1;
}

/* Bytes that the rows of a plane of that width take in `scratch`. */
size_t chamfer_bytes(int64_t width);

/* Of a band of planes of uint32: its first and its last rows (chamfer_known) are distances, in the
 * others 0 is where it begins; they become distances. */
void chamfer_spread(const struct chamfer *c, const struct planes *p, int band, void *scratch);

#endif
