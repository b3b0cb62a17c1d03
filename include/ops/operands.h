/* operands.h - for ops on two operands: the scene so far, and the scene of --with or the constant
 * of --value, which is one number or one for each band.
 *
 * As in OpenCV, pixels may be worked on in another type than they come in, and given in a third.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_OPERANDS_H
#define OPS_OPERANDS_H

#include "ops/op.h"

/* What an op's struct args has for these two parameters. */
struct operands {
    const char *with;
    struct numbers value;
};

#define OPERAND_PARAMS(ARGS)                                                                       \
    {"with", "the other scene", P_SCENE, offsetof(ARGS, operands.with), NULL, NULL, 0, 0},         \
    {                                                                                              \
        "value", "a constant in its place: one number, or one for each band", P_NUMBERS,           \
            offsetof(ARGS, operands.value), NULL, NULL, 0, 0                                       \
    }

struct operation {
    row_kernel *with, *value; /* both for pixels of type `work`; see struct constant */
    enum pixel_type work, result;
    /* With a constant, 256 results are looked up faster than computed: multiply on uint8 by lookup
     * does 10,170 Mpixel/s, by its kernel 1,270. */
    bool is_dear;
    double parameters[3]; /* the op's own */
    /* What the kernel is told in place of a number of --value; NULL: the number. */
    double (*constant)(const struct operation *o, double number);
};

/* The state of both kernels is one of these for each band. `with` finds the other operand in
 * rows[1]. */
struct constant {
    double value;
    double parameters[3];
};

static inline const struct constant *operands_constant(const void *state, const struct window *w)
{
    return (const struct constant *)state + w->band;
}

/* Checks that just one of the two is given, and that it suits the scene so far: as many bands, or
 * one number, or as many as bands. Fails with err_usage. */
bool operands_check(const struct operands *operands, struct stages *s, struct err *e) MUST_CHECK;

/* For --dtype: PX_SAME becomes the scene's type. Fails with err_usage for what OpenCV rounds before
 * it computes: integers out of floats. */
bool operands_result(const char *op, enum pixel_type type, int dtype, enum pixel_type *result,
                     struct err *e) MUST_CHECK;

/* Adds the stages of the operation. Fails if memory is short. */
bool operands_add(const struct operands *operands, const struct operation *o, struct stages *s,
                  struct err *e) MUST_CHECK;

/* A number as a pixel of the type has it: rounded and clamped. */
double operands_pixel(enum pixel_type type, double number);

#endif
