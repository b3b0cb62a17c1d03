/* plan.h - a pipeline compiled for a given scene: a graph of stages in the order they run.
 *
 * Regions that a border of type wrap reaches lie in virtual coordinates: x < 0 or x >= width means
 * the pixel of the same scene at x modulo width (the same for y). All other needs lie inside.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_PLAN_H
#define PIPELINE_PLAN_H

#include "ops/op.h"
#include "pipeline/parse.h"

enum { PLAN_MAX_STAGES = 256 };

/* Which pixels of a scene are outside the data (nodata): those of the value, NaN, and those where
 * another source, its mask, is 0. */
struct outside {
    bool has_value;
    double value;
    int mask; /* the source that is the mask; 0: there is none */
};

enum { PLAN_MAX_SOURCES = 16 };

/* The scenes a pipeline reads: its own, then those of --with, then masks (uint8, one band, of the
 * scene's size). Borrowed by plan_new. */
struct plan_sources {
    const struct format *format;
    const char *const *name; /* as the user wrote them; NULL for the first and for masks */
    int n;
    const struct outside *outside; /* not looked at by plan_new */
};

struct plan {
    struct stages stages;   /* the first stages.n_sources are the scenes */
    int last;               /* the stage whose output is the plan's */
    struct sweep_use sweep; /* what is done behind the stages */
    bool gaps_may_close;    /* output pixels may be inside the data where the scene has none */
    int bands_at_once;      /* 1, unless a stage works across bands: then every stage's bands */
};

/* The scenes of --with in the steps, each once, put behind names[*n] (which has room for most);
 * *n grows. Fails as op_check does, and if there is no room. */
bool plan_scenes(const struct step *steps, int n_steps, const char **names, int *n, int most,
                 struct err *e) MUST_CHECK;

/* Compiles the ops steps[0 .. n_steps). To be freed with plan_free. Fails with err_usage for
 * unknown ops and parameters, unsuitable types, and borders that cannot be combined. */
bool plan_new(struct plan **out, const struct step *steps, int n_steps,
              const struct plan_sources *sources, struct err *e) MUST_CHECK;

/* The same, minding the pixels outside the data: they stay outside and take no part in what is made
 * of others (the rules are op.h's). In the output they are `nodata`, stored by pixel_store. Where
 * all pixels that a chunk reads are inside, and it does not look beyond (plan_looks_beyond), both
 * plans give the same. */
bool plan_new_careful(struct plan **out, const struct step *steps, int n_steps,
                      const struct plan_sources *sources, double nodata, struct err *e) MUST_CHECK;

/* The validity that masks alone give that plan's output, where there are masks: uint8, 255
 * inside and 0 outside, as many bands. Of the scenes nothing is read. */
bool plan_new_validity(struct plan **out, const struct step *steps, int n_steps,
                       const struct plan_sources *sources, struct err *e) MUST_CHECK;

/* What such a plan's stages make of pixels that are to be `nodata`. */
double plan_fill(const struct plan *p, double nodata);

/* The bands to run it for to get the first one's, which is the mask of a TIFF: a TIFF has one. */
int plan_mask_bands(const struct plan *validity);

void plan_free(struct plan *p);

struct format plan_output(const struct plan *p);

/* Where a stage's pixels lie in the grid of the pipeline's own scene. False: there already, one on
 * one. */
bool plan_to_source(const struct plan *p, int stage, struct affine *to_source);

/* The stage whose pixels those of a source of --with are joined with; -1: none. */
int plan_meets(const struct plan *p, int source);

/* What a band of the output was in the scenes. */
struct plan_band {
    int source, band;  /* source is -1 when it continues no band */
    char colour;       /* as in struct stage's colours; 0: that of the band continued */
    bool keeps_values; /* they still mean what they did there */
};
struct plan_band plan_band(const struct plan *p, int band);

/* What of a source the output region needs (virtual coordinates, see above). */
struct region plan_need(const struct plan *p, int source, struct region out);

/* Whether the output region may show what lies beyond the edge of a scene as outside the data,
 * though all pixels of the scene are inside. Of a careful plan; yes at any edge pixel. */
bool plan_looks_beyond(const struct plan *p, struct region out);

/* Whether each output pixel is made of the pixels at its own place alone. */
bool plan_stays_in_place(const struct plan *p);

/* Whether each output pixel is made of the values of the pixels at its own place alone: where those
 * are the same, so is the result. */
bool plan_is_pointwise(const struct plan *p);

/* Writable pixels the executor wants beside each row of a source. */
int plan_margin(const struct plan *p, int source);

/* The needs of every stage for an output region, in stage order: needs[i] of plan->stages.n. Empty
 * for stages nothing reads. */
void plan_needs(const struct plan *p, struct region out, struct region *needs);

/* What of each source (needs[p->stages.n_sources]) an output region needs of two plans of the same
 * sources; also: NULL if there is one. */
void plan_source_needs(const struct plan *p, const struct plan *also, struct region out,
                       struct region *needs);

/* What a stage's input must have for the region r of the stage's output. */
struct region plan_input_need(const struct plan *p, const struct stage_input *in, struct region r);

#endif
