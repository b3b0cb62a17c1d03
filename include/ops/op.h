/* op.h - what an op is: a const descriptor, and the stages it turns into for a given input.
 *
 * An op's prepare() checks its parameters against the input's format and adds one or more stages.
 * The executor runs stages by rows; borders, halos, strips and rings are its business, never a
 * kernel's. Stages form a graph: each names the stages it reads (STAGE_SOURCE 0 is the scene).
 * SPDX-License-Identifier: MIT */
#ifndef OPS_OP_H
#define OPS_OP_H

#include "base/err.h"
#include "base/pixel.h"
#include "base/region.h"
#include "ops/param.h"

#include <stddef.h>
#include <stdint.h>

/* One function for every instruction set worth having; the loader picks. Sanitizers run before the
 * loader's choice can, so they get the plain function. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(NO_TARGET_CLONES)
#define SIMD __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SIMD
#endif

/* What flows between stages. width and height are the whole scene's. */
struct format {
    enum pixel_type type;
    int bands;
    int64_t width, height;
};

enum border_type {
    BORDER_CONSTANT,
    BORDER_REPLICATE,
    BORDER_REFLECT,
    BORDER_REFLECT_101,
    BORDER_WRAP
};

/* The choices of every --border-type parameter, in the order of enum border_type. */
extern const char *const border_names[];

/* What lies outside the scene; value (for BORDER_CONSTANT) is stored by pixel_store. */
struct border {
    enum border_type type;
    double value;
};

/* Pixels a kernel reads around the one it computes. None is negative. */
struct reach {
    int left, right, up, down;
};

/* Where a row lies, for the few kernels that must know. */
struct place {
    struct region chunk; /* the chunk being computed, in pixels of the scene */
    int64_t chunk_index;
    int rank;
    const char *host, *scene;
};

/* One output row (a column strip of it) and the input rows it is made from.
 *
 * For a stage with one input and one band at a time, rows[i], i = 0 .. up + down, are the input
 * rows from `up` above to `down` below; rows[up] is the row itself. Each may be read from pixel
 * -left to width + right - 1. A stage with several inputs finds the rows of the next input after
 * those of the last one. A stage across bands finds, for each input, the rows of band 0, then of
 * band 1 … Rows need no alignment beyond their pixel's. outs[b] is the output row of band b (b = 0
 * only, when bands are processed one at a time); inputs and outputs never overlap. */
struct window {
    const void *const *rows;
    void *const *outs;
    int width;
    void *scratch; /* stage.scratch_bytes, aligned to 64 bytes; contents undefined */
    int64_t x, y;  /* of the first output pixel, in the scene */
    const struct place *place;
};

typedef void row_kernel(const void *state, const struct window *w);

enum { STAGE_SOURCE = 0, STAGE_MAX_INPUTS = 3 };

/* The widest strip the executor ever asks of a kernel; scratch is sized by it. */
enum { STRIP_MAX = 2048 };

struct stage_input {
    int stage; /* index of the stage read */
    struct reach reach;
    struct border border; /* what this stage sees outside the scene */
};

struct stage {
    const char *name; /* for reports and errors; the op's name, static */
    struct stage_input in[STAGE_MAX_INPUTS];
    int n_in;
    struct format out;
    bool across; /* the kernel sees all bands at once; else one at a time, and bands stay as many */
    row_kernel *row;
    const void *state;    /* owned by struct stages */
    size_t scratch_bytes; /* the kernel's scratch space, for a strip up to STRIP_MAX pixels wide */
};

/* The growing graph. Fields are read by the planner; ops use the functions. */
struct stages {
    struct stage *list;
    int n, capacity;
    int current;         /* the stage whose output is the op's input, and then its result */
    const char *op_name; /* the op now preparing; becomes stage.name */
    void **owned;
    int n_owned;
};

/* Zeroed memory for a kernel's state, owned by s; NULL with *e set when memory is short. */
void *stages_state(struct stages *s, size_t size, struct err *e) MUST_CHECK;

/* Appends a stage and makes it the current one; its index is s->current afterwards. */
bool stages_add(struct stages *s, const struct stage *stage, struct err *e) MUST_CHECK;

/* The usual case: one input, which is the current stage. */
bool stages_add_row(struct stages *s, row_kernel *row, const void *state, struct format out,
                    struct reach reach, struct border border, struct err *e) MUST_CHECK;

void stages_free(struct stages *s);

struct op {
    const char *name, *summary;
    const char *source; /* where the method is defined */
    const struct param *params;
    size_t args_size;
    /* args is a struct of args_size bytes filled by params_read. Fails with err_usage when the
     * input's type or size does not suit, naming what would. */
    bool (*prepare)(const void *args, struct format in, struct stages *out, struct err *e);
};

/* The registry: every op of ops/list.h, in alphabetical order, then NULL. */
extern const struct op *const ops[];

/* The op of that name, or NULL. */
const struct op *op_find(const char *name);

/* Checks that there is such an op and that it takes the arguments, whatever the input. Fails with
 * err_usage, naming the nearest. */
bool op_check(const char *name, int n_args, const char *const *args, struct err *e) MUST_CHECK;

/* Adds the op's stages after s->current, whose output is its input. Fails as op_check and prepare
 * do. */
bool op_prepare(const char *name, int n_args, const char *const *args, struct stages *s,
                struct err *e) MUST_CHECK;

/* For prepare: fails with "OP: TYPE pixels are not supported; takes A, B, C (convert-to changes the
 * type)" unless table[type] is not NULL for the type. table is indexed by enum pixel_type up to
 * PX_N_KERNEL_TYPES. */
bool op_takes(const char *op, row_kernel *const table[PX_N_KERNEL_TYPES], enum pixel_type type,
              struct err *e) MUST_CHECK;

#endif
