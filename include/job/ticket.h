/* ticket.h - all that every rank must know to work on a scene's chunks: made on rank 0, shared as
 * bytes, opened the same way everywhere.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_TICKET_H
#define JOB_TICKET_H

#include "base/memory.h"
#include "job/kept.h"
#include "job/needs.h"
#include "job/sizing.h"
#include "ops/reducer.h"
#include "pipeline/halve.h"
#include "pipeline/plan.h"
#include "raster/decode.h"
#include "raster/encode.h"
#include "raster/overviews.h"

/* One of the scenes that are read. */
struct ticket_source {
    struct format format;
    struct outside outside;
    char *name;              /* of --with; NULL for the first scene and for masks */
    bool by_blobs;           /* else pixels are sent */
    struct source_grid grid; /* its layout is that of the blobs */
    int *bands;              /* the file's band of each of the scene's, from 0 */
    double sparse;           /* the value of pixels that are not stored */
    struct decoder *decoder; /* NULL unless by_blobs */
};

/* What rank 0 puts in. Everything is borrowed. */
struct ticket_content {
    const char *scene;                   /* the first one's path, for messages */
    const struct ticket_source *sources; /* decoder is not looked at … */
    const struct buffer *decoders;       /* … but what decoder_new takes, for each */
    int n_sources;
    const struct step *steps; /* the ops */
    int n_steps;
    bool careful;     /* whether pixels outside the data are minded */
    double nodata;    /* what they are in the output, if so */
    bool says_nodata; /* and the output says that pixels of that value are outside */
    double fill;      /* the pixels of a chunk that is given up */
    bool resumes;     /* there is something of the output already */
    const struct buffer *encoder, *mask_encoder; /* the latter empty where there is no mask */
    const struct overviews *overviews;           /* level 0 is the output */
    const struct sizing *sizing;
    const struct buffer *reducer; /* the words of what is to become of pixels; NULL: the output */
    bool bare;                    /* the output is of pixels, not of tiles */
    const struct kept_of *held;   /* what ranks keep of the pass before; NULL: nothing of use */
    size_t keep_bytes;            /* of pixels that a rank is to keep for the next; 0: none */
};

/* What comes out, the same on every rank. */
struct ticket {
    char *scene;
    struct ticket_source sources[PLAN_MAX_SOURCES];
    int n_sources;
    struct plan *plan;
    struct plan *careful;  /* the one for chunks with pixels outside the data; NULL: never minded */
    struct plan *validity; /* what makes the output's mask; NULL: it has none */
    double nodata, fill;
    bool says_nodata, resumes;
    struct overviews overviews; /* level 0 is the output */
    struct sizing sizing;
    struct encoder *encoder, *mask_encoder; /* NULL where no tiles are made */
    bool bare;                              /* results are pixels as they are */
    struct reducing reducing;               /* what becomes of pixels; without one: the output */
    struct plan *rest; /* what makes the output of what ranks keep; NULL: nothing of use */
    size_t keep_bytes; /* as in ticket_content */
    int n_steps;
    char **words; /* the steps' texts, which ops may point at */
    int n_words;
};

bool ticket_pack(struct buffer *out, const struct ticket_content *content,
                 struct err *e) MUST_CHECK;

/* To be freed with ticket_free, also after a failure. Fails if the bytes are not a ticket, memory
 * is short, or this rank's libtiff lacks a codec. */
bool ticket_open(struct ticket *t, const struct buffer *bytes, struct err *e) MUST_CHECK;
void ticket_free(struct ticket *t);

/* What makes the output of pixels that are kept: the n ops behind those that made them. Fails where
 * they read another scene, too. */
bool ticket_plan_rest(struct plan **out, const struct step *steps, int n, struct format kept,
                      struct err *e) MUST_CHECK;

/* What a chunk makes of the output: itself, and what its overviews look at beyond it; and what
 * of each source it needs for that. */
struct region ticket_region(const struct ticket *t, int64_t chunk);
void ticket_needs(const struct ticket *t, int64_t chunk, struct region *needs);

/* What overviews leave out, apart from what the mask hides. */
struct halving_nodata ticket_halving_nodata(const struct ticket *t);

/* Writable pixels that any plan's executor wants beside each row of a source. */
int ticket_margin(const struct ticket *t, int source);

#endif
