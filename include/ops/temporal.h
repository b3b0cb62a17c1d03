/* temporal.h - statistics of a series: of the values that a pixel has in one scene after another.
 *
 * Values are rows of elements (a pixel's bands, in whatever order); each element is a series by
 * itself. They must be added in the order of the series: then the result does not depend on how
 * the work was divided. Sums of integers of up to 16 bits are exact.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_TEMPORAL_H
#define OPS_TEMPORAL_H

#include "base/err.h"
#include "base/pixel.h"
#include "ops/param.h"

/* What is made of a series. */
struct temporal_op {
    const char *name, *summary;
    const struct param *params;
    int stat;           /* private to the module */
    const char *source; /* what defines it */
};

/* All of them, then {0}; the one of that name, or NULL. */
extern const struct temporal_op temporal_ops[];
const struct temporal_op *temporal_find(const char *name);

/* The series, as far as the accumulators must know it, and what is made of it. */
struct temporal {
    const struct temporal_op *op;
    enum pixel_type in, out;
    bool has_gaps;    /* values may be outside the data (in floats always: NaN) */
    bool says_nodata; /* results of no value at all are … */
    double nodata;    /* … this */
    int ddof;
    int n;         /* scenes in the series */
    double *times; /* of each scene, owned; NULL: their numbers */
};

/* The scenes: has_gaps: any may have pixels outside the data. */
struct temporal_series {
    enum pixel_type type;
    int n;
    bool has_gaps, has_nodata;
    double nodata;
};

/* Reads the op's arguments for that series. To be freed with temporal_free, also after a failure.
 * Fails with err_usage if the type does not suit, or there is no value for results of nothing. */
bool temporal_read(struct temporal *t, const char *name, int n_args, const char *const *args,
                   const struct temporal_series *series, struct err *e) MUST_CHECK;
void temporal_free(struct temporal *t);

/* What each op does of pixels outside the data, in words. */
extern const char temporal_nodata[];

/* The type that the op without arguments makes of a series of that type; false: it takes none. */
bool temporal_output(const struct temporal_op *op, enum pixel_type in, enum pixel_type *out);

/* Checks the arguments without a series. */
bool temporal_check(const char *name, int n_args, const char *const *args,
                    struct err *e) MUST_CHECK;

/* Bytes that the accumulators of one element take. */
size_t temporal_bytes(const struct temporal *t);

struct temporal_sums; /* opaque: the accumulators of a number of elements */

/* Empty accumulators of n elements, to be freed with temporal_sums_free; t is borrowed. Fails if
 * memory is short. */
bool temporal_sums_new(struct temporal_sums **out, const struct temporal *t, size_t n,
                       struct err *e) MUST_CHECK;
void temporal_sums_free(struct temporal_sums *s);

/* Whose turn it is: the scene's number in the series, its time, and how many scenes have been added
 * before it (to the elements in question). */
struct temporal_turn {
    int scene, before;
    double time;
};

/* Adds the values that a scene has in the elements from .. from + n - 1. valid: 0 for those outside
 * the data; NULL if the series has no gaps. */
void temporal_add(struct temporal_sums *s, size_t from, size_t n, const void *values,
                  const uint8 *valid, struct temporal_turn turn);

/* What was made of these elements, as pixels of type t->out, when `added` scenes were. */
void temporal_finish(struct temporal_sums *s, size_t from, size_t n, int added, void *out);

/* Empty again. */
void temporal_begin(struct temporal_sums *s);

#endif
