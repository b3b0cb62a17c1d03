/* lead_parts.h - the parts of lead_open, each in a file of its own.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_LEAD_PARTS_H
#define JOB_LEAD_PARTS_H

#include "lead.h"

void lead_take_means(struct lead *l, const struct lead_means *means);

/* Makes the plans, and chooses nodata value, tiles, overviews and chunks. Touches no output. */
bool lead_choose(struct lead *l, struct err *e) MUST_CHECK;

/* Says what was chosen: with -v all, else what makes the job slow. */
void lead_tell_plan(const struct lead *l);

/* When it is done, over several hosts: which have done most and least, or with -v what each has. */
void lead_tell_nodes(const struct lead *l);

/* Opens the scenes; type: of the output (enum pixel_type), PX_SAME for what the ops make. */
bool lead_open_sources(struct lead *l, int type, struct err *e) MUST_CHECK;

/* The plans, and the nodata value of what they make. */
bool lead_make_plans(struct lead *l, struct err *e) MUST_CHECK;

/* The side of the output's tiles. A tile of an output that is much smaller than the scene takes in a
 * lot of it: tiles are made smaller until that is bearable. Of the job alone, not of memory or
 * ranks, so that the output is the same everywhere. */
int lead_choose_tile(const struct plan *plan);

/* What the output's bands were in the scenes, to be freed; NULL if memory is short. */
struct output_band *lead_bands(const struct lead *l, struct err *e) MUST_CHECK;

/* Chunks are cut as those of an output of such tiles would be, of which nothing is made. */
void lead_lay_out_tiles(struct lead *l, int width, int height);

/* Creates the output. */
bool lead_create(struct lead *l, struct err *e) MUST_CHECK;

/* Fails if a run that was stopped has left something, and nobody said what is to become of it. */
bool lead_check_anew(const struct lead *l, struct err *e) MUST_CHECK;

/* Looks for what an earlier run has left (l->resume), and takes over how it cut the scene into
 * chunks. Fails if it is of another run, or is there without being asked for. */
bool lead_find_resume(struct lead *l, struct err *e) MUST_CHECK;

/* When the output is created: whether it is cut like that; if there is nothing to go on with,
 * remains of dead runs are swept away. */
bool lead_check_resume(struct lead *l, struct err *e) MUST_CHECK;

/* Right after: the journal of this run. */
bool lead_begin_saving(struct lead *l, struct err *e) MUST_CHECK;

/* When all is ready: takes what is there; *pixels of the output are then done. */
bool lead_restore(struct lead *l, struct scratch *scratch, int64_t *pixels,
                  struct err *e) MUST_CHECK;

/* How an output of these levels is cut into chunks; a chunk of sides 0 is to be chosen. */
bool lead_choose_sizing(const struct lead *l, enum division_kind division, struct size2 chunk,
                        const struct overviews *overviews, struct sizing *sizing,
                        struct err *e) MUST_CHECK;

/* The same of the job itself: its chunks are those of what is kept of the pass before, if they can
 * be; else, unless `chunk` is given, those of `like` (NULL: there is no such wish). */
bool lead_size(struct lead *l, struct size2 chunk, const struct division *like,
               struct err *e) MUST_CHECK;

/* Whether the output, an image, can be made of such pixels, in its place. */
bool lead_check_image(const struct lead *l, struct err *e) MUST_CHECK;

/* What the job that was tried will be like. */
void lead_look_out(const struct lead *l, struct lead_outlook *outlook);

/* Whether ranks keep the pixels that the pass goes through for the next one. */
void lead_choose_keeping(struct lead *l, const struct lead_pass *pass);

/* The same of an op that sweeps: of the bands it is to finish. */
void lead_choose_bands(struct lead *l);

/* Appends what the ranks must know, for these levels and chunks. */
bool lead_pack(const struct lead *l, const struct overviews *overviews, const struct sizing *sizing,
               struct buffer *ticket, struct err *e) MUST_CHECK;

/* Computes a sample of the output again, in other chunks, and compares it with what is in the file.
 * Fails at the first pixel that differs, naming it. */
bool lead_verify(const struct lead *l, struct err *e) MUST_CHECK;

#endif
