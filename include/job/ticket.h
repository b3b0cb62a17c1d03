/* ticket.h - all that every rank must know to work on a scene's chunks: made on rank 0, shared as
 * bytes, opened the same way everywhere.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_TICKET_H
#define JOB_TICKET_H

#include "base/memory.h"
#include "job/needs.h"
#include "job/sizing.h"
#include "pipeline/plan.h"
#include "raster/decode.h"
#include "raster/encode.h"

/* What rank 0 puts in. Everything is borrowed. */
struct ticket_content {
    const char *scene; /* its path, for messages */
    struct format format;
    const struct step *steps; /* the ops */
    int n_steps;
    bool by_blobs; /* else pixels are sent */
    struct region window;
    const int *bands; /* the file's band of each of the scene's, from 0 */
    double sparse;    /* the value of pixels that are not stored */
    const struct buffer *decoder, *encoder;
    const struct layout *output;
    const struct sizing *sizing;
};

/* What comes out, the same on every rank. */
struct ticket {
    char *scene;
    struct plan *plan;
    bool by_blobs;
    struct source_grid grid; /* its layout is that of the blobs */
    int *bands;
    double sparse;
    struct layout output;
    struct sizing sizing;
    struct decoder *decoder; /* NULL unless by_blobs */
    struct encoder *encoder;
    char **words; /* the steps' texts, which ops may point at */
    int n_words;
};

bool ticket_pack(struct buffer *out, const struct ticket_content *content,
                 struct err *e) MUST_CHECK;

/* To be freed with ticket_free, also after a failure. Fails if the bytes are not a ticket, memory
 * is short, or this rank's libtiff lacks a codec. */
bool ticket_open(struct ticket *t, const struct buffer *bytes, struct err *e) MUST_CHECK;
void ticket_free(struct ticket *t);

/* The scene's size, type and bands. */
struct format ticket_format(const struct ticket *t);

#endif
