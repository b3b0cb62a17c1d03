/* careful_rows.h - the row kernels of the stages that mind pixels outside the data.
 *
 * Validity is uint8: 0 outside, 255 inside.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_CAREFUL_ROWS_H
#define PIPELINE_CAREFUL_ROWS_H

#include "pipeline/plan.h"

/* Input 0: a scene's pixels; input 1, if there is one, its mask. State: careful_value. Output: the
 * validity. Indexed by pixel type. */
struct careful_value {
    bool has_value, has_mask;
    _Alignas(8) unsigned char value[8]; /* as a pixel */
};
struct careful_value careful_value(enum pixel_type type, const struct outside *outside);
extern row_kernel *const careful_find[PX_N_TYPES];

/* Input 0: a mask; output: its validity, or without an input that of all. State as above. */
row_kernel careful_copy_mask;

/* Inputs: validities, any number of them and, across bands, of any bands; output: where all are
 * inside, in every band. */
struct careful_joined {
    int n_rows, bands; /* of the inputs; of the output at once */
};
row_kernel careful_join;

/* Input 0: pixels; input 1: their validity. Output: the pixels, and the pixel
 * that is the state where they are outside. Indexed by pixel type. */
extern row_kernel *const careful_fill[PX_N_TYPES];

/* Input 0: what a filter made; inputs 1 and 2: the pixels it looked at and their validity; input 3:
 * the validity of the output. Output: input 0, corrected where pixels outside took part. */
enum { CAREFUL_BANDS_MOST = 64 }; /* of a patch across bands */
struct careful_patch {
    patch_function *patch;
    const void *state;
    struct stage_input input; /* as input 1 */
    struct format in, out;
    bool across;
};
row_kernel careful_correct;

#endif
