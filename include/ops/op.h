/* op.h - what an op is: a const descriptor, and the stages it turns into for a given input.
 *
 * An op's prepare() checks its parameters against the input's format and adds one or more stages.
 * The executor runs stages by rows; borders, halos, strips and rings are its business, never a
 * kernel's. Stages form a graph: each names the stages it reads. The first ones are the scenes: 0
 * is the pipeline's own, the others those of --with.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_OP_H
#define OPS_OP_H

#include "base/affine.h"
#include "base/err.h"
#include "base/memory.h"
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

/* Output rows (a column strip of them) and the input rows they are made from.
 *
 * For a stage with one input and one band at a time, rows[i], i = 0 .. up + height - 1 + down, are
 * the input rows from `up` above the first output row to `down` below the last; rows[up] is the
 * first row itself. Each may be read from pixel -left to width + right - 1. An input with a `need`
 * function shows the rows of the region `in` instead, each from pixel 0 to in.width - 1. A stage
 * with several inputs finds the rows of the next input after those of the last one. A stage across
 * bands finds, for each input, the rows of band 0, then of band 1 … Rows need no alignment beyond
 * their pixel's. outs[b * height + i] is output row i of band b (b = 0 only, when bands are
 * processed one at a time); inputs and outputs never overlap. */
struct window {
    const void *const *rows;
    void *const *outs;
    int width, height; /* height is 1 unless stage.block is more, and at most that */
    struct region in;  /* what the rows of input 0 show, when it has a need function */
    void *scratch;     /* stage.scratch_bytes, aligned to 64 bytes; contents undefined */
    int64_t x, y;      /* of the first output pixel, in the scene */
    int band;          /* of the scene, when bands are processed one at a time */
    const struct place *place;
};

typedef void row_kernel(const void *state, const struct window *w);

/* The input region that an output region is made from, for stages whose output has another grid
 * than their input. Inside the input's grid (with border wrap also past its edges, where the other
 * end shows again); empty when nothing is read. Of a larger region it is no smaller. */
typedef struct region input_need(const void *state, struct region out);

enum { STAGE_SOURCE = 0, STAGE_MAX_INPUTS = 4 };

/* The widest strip the executor ever asks of a kernel that has scratch space, a reach or a need;
 * others may get rows of any width. */
enum { STRIP_MAX = 4096 };

struct stage_input {
    int stage; /* index of the stage read */
    struct reach reach;
    struct border border; /* what this stage sees outside the scene */
    /* NULL: output pixel (x, y) is made from what lies around input pixel (x, y), as reach and
     * border say. Else they are left alone, and the kernel minds the scene's edges itself. */
    input_need *need;
    const void *need_state;
};

/* Some pixels of a stage's input beside the validity of each, for a patch function. */
struct patch_view {
    enum pixel_type type;
    int bands;               /* 1, unless the stage works across bands */
    struct region in;        /* what the rows show; those of a reach may be read past both ends */
    const void *const *rows; /* in.height rows of band 0, then of band 1 … */
    const uint8 *const *valid;
};

/* What a filter makes of output pixel (x, y) when pixels outside the data are left out, computed in
 * double: results[band] for each output band. Returns false, with results undefined, when no pixel
 * that takes part is outside the data: then the kernel's result stands. Asked only for pixels that
 * are inside the data themselves. */
typedef bool patch_function(const void *state, const struct patch_view *v, int64_t x, int64_t y,
                            double *results);

/* Whether pixel (x, y) of the view is inside the data; *value is it. */
static inline bool patch_pixel(const struct patch_view *v, int band, int64_t x, int64_t y,
                               double *value)
{
    const int64_t row = band * v->in.height + y - v->in.y;

    *value = pixel_load(v->type, v->rows[row], x - v->in.x);
    return v->valid[row][x - v->in.x] != 0;
}

struct stage {
    const char *name; /* for reports and errors; the op's name, static */
    struct stage_input in[STAGE_MAX_INPUTS];
    int n_in;
    struct format out;
    bool across; /* the kernel sees all bands at once; else one at a time, and bands stay as many */
    int block;   /* output rows the kernel would rather make at once, up to BLOCK_MAX; 0 means 1 */
    row_kernel *row;
    const void *state;    /* owned by struct stages */
    size_t scratch_bytes; /* the kernel's scratch space, for a strip up to STRIP_MAX pixels wide */
    bool by_place; /* without reach or need, the result depends on more than the pixels' values:
                             on where they lie, or on the rank */

    /* Geometry: where the output's pixels lie in the first input's grid. */
    bool regrids;
    struct affine to_input; /* of an output pixel's place */

    /* What the output's bands are, for their names, colours, scales and units. */

    /* For each output band the one it continues, counted through the bands of all inputs, or -1.
     * NULL: that of the same number of the first input, if it has as many bands. */
    const int *continues;
    const char *colours; /* a letter of "rgbahsv" for each; NULL: those of the bands continued */
    bool keeps_values;   /* set by op_prepare: see struct op */

    /* Pixels outside the data (nodata). By default an output pixel is inside when the pixels at its
     * place are inside in all inputs, which is all that ops on single pixels need. */

    /* The kernel is shown `neutral` in place of pixels outside the data. */
    bool has_neutral;
    double neutral;
    /* Corrects the kernel's result where pixels outside the data took part. patch_input is what it
     * looks at: the stage's first input, or that of the first of several stages that make up a
     * filter. */
    patch_function *patch;
    const void *patch_state;
    struct stage_input patch_input;
    /* Makes the output's validity (uint8, 0 is outside) of that of the inputs, where the default
     * will not do: the stage moves pixels. The window is the same as for `row`, but for the type.
     * What lies outside the scene is inside the data, unless edge_is_outside. */
    row_kernel *valid;
    const void *valid_state;
    bool edge_is_outside; /* the stage shows what lies outside the scene, as outside the data */
};

/* The most rows a kernel is asked for at once. */
enum { BLOCK_MAX = 64 };

struct sweep; /* sweep.h */

/* What the last op does when the whole scene's stages are done; how is NULL if nothing. */
struct sweep_use {
    const struct sweep *how;
    const void *state; /* owned by struct stages */
};

/* The growing graph. Fields are read by the planner; ops use the functions. */
struct stages {
    struct stage *list;
    int n, capacity;
    int n_sources;
    const char *const *source_names; /* of the scenes, as the user wrote them */
    int current;          /* the stage whose output is the op's input, and then its result */
    int with;             /* the scene of the op's --with, or -1 */
    const char *op_name;  /* the op now preparing; becomes stage.name */
    bool keeps_values;    /* of that op; its prepare() may say no */
    bool edge_is_outside; /* what an op shows of outside the scene is to be outside the data, unless
                             the user gave it a value */
    struct sweep_use sweep;
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

/* For ops with --with=SCENE: the format of that scene, whose stage is s->with. Fails with err_usage
 * unless its size and pixel type are those of `in`. */
bool stages_with(struct stages *s, struct format in, struct format *other,
                 struct err *e) MUST_CHECK;

/* Fails with err_usage unless that scene has as many bands as `in`. */
bool stages_same_bands(const struct stages *s, struct format in, struct format other,
                       struct err *e) MUST_CHECK;

void stages_free(struct stages *s);

/* How an op treats pixels outside the data, for the documentation and its tests. */
enum nodata_rule {
    NODATA_POINT,      /* each pixel by itself */
    NODATA_NORMALIZED, /* a weighted sum, normalised over the pixels inside */
    NODATA_VALID_ONLY, /* pixels outside are not seen */
    NODATA_MOVED,      /* pixels change places */
    NODATA_N_RULES,
};
extern const char *const nodata_rules[]; /* a sentence for each */

struct op {
    const char *name, *summary;
    const char *source;  /* where the method is defined */
    const char *example; /* parameters of a typical use, as the user would type them; NULL: none.
                            The picture in the documentation shows it, the tests run it */
    enum nodata_rule nodata;
    bool keeps_values; /* pixels are moved, chosen among or averaged: scale, offset, unit and colour
                          table stay true */
    bool sweeps; /* prepare sets stages.sweep, whatever the arguments: no op can follow in the same
                    flow of chunks */
    const struct param *params;
    size_t args_size;
    /* args is a struct of args_size bytes filled by params_read. Fails with err_usage when the
     * input's type or size does not suit, naming what would. */
    bool (*prepare)(const void *args, struct format in, struct stages *out, struct err *e);

    /* An op that must know the whole scene first: what of it, with these arguments; and the op that
     * it is then, which may need to know something again. Both as words, appended to *words: the
     * name of a reducer (reducer.h) or of an op, and arguments, each with its NUL; no words: it
     * needs nothing. gathered: what the reducer made of all pixels of format `in`; of a blank scene
     * its bytes are 0, and what that settles to must come to an end, too. Without both: NULL. */
    bool (*needs)(const void *args, struct buffer *words, struct err *e);
    bool (*settle)(const void *args, struct format in, const void *gathered, struct buffer *words,
                   struct err *e);
};

/* The registry: every op of ops/list.h, in alphabetical order, then NULL. */
extern const struct op *const ops[];

/* The op of that name, or NULL. */
const struct op *op_find(const char *name);

/* The words of the reducer of what the op must know of the whole scene first (struct op). Fails as
 * op_check. */
bool op_needs(const char *name, int n_args, const char *const *args, struct buffer *words,
              struct err *e) MUST_CHECK;

/* The words of the op that it is then (struct op). Fails with err_usage if the input does not
 * suit. */
bool op_settle(const char *name, int n_args, const char *const *args, struct format in,
               const void *gathered, struct buffer *words, struct err *e) MUST_CHECK;

/* Checks that there is such an op and that it takes the arguments, whatever the input. Fails with
 * err_usage, naming the nearest. */
bool op_check(const char *name, int n_args, const char *const *args, struct err *e) MUST_CHECK;

/* The scene of the op's --with, borrowed from args; NULL when there is none. Fails as op_check. */
bool op_scene(const char *name, int n_args, const char *const *args, const char **scene,
              struct err *e) MUST_CHECK;

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
