/* lead.h - rank 0's part of a job: the files, the order of chunks, the results.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_LEAD_H
#define JOB_LEAD_H

#include "apex.h"
#include "endpoints.h"
#include "gathering.h"
#include "resume.h"
#include "saved.h"
#include "op_steps.h"
#include "retries.h"
#include "shared.h"
#include "sources.h"

#include "cluster/farm.h"
#include "job/collect.h"
#include "job/feed.h"
#include "job/job.h"
#include "job/schedule.h"
#include "raster/cog_options.h"
#include "raster/image.h"
#include "report/run_report.h"
#include "report/trace.h"

/* What a job is done with. */
struct lead_means {
    struct cluster_ranks ranks;
    size_t memory_bytes; /* that each rank may use */
    size_t used_bytes;   /* that the fullest rank uses already */
};

/* What is known before the passes of the job that makes the output. */
struct lead_outlook {
    struct division division; /* of 0 chunks: it is not known */
    bool looks_beyond;        /* its overviews are made of more than a chunk's own pixels */
    size_t bytes;             /* what a rank will take for it, as far as that is known, and … */
    size_t image_bytes;       /* … rank 0 for an output that it holds as a whole */
};

/* A pass that only gathers what an op must know. */
struct lead_pass {
    const struct job_options *options; /* its ops are those before that op */
    const struct step *op;             /* NULL: the sink itself, and all ops are before it */
    const struct buffer *needs;        /* the words of its reducer */
    const struct step *rest;           /* that op and those behind it, up to what … */
    int n_rest; /* … wants a pass of its own; NULL: there is no next pass */
    const struct lead_outlook *outlook;
};

/* Of an op that sweeps: what bands tell, and are to be told. */
struct lead_sweep {
    bool summarises;          /* summaries are being gathered */
    struct buffer *summaries; /* of each chunk; gone when there are … */
    struct buffer *contexts;  /* … these */
    int64_t n;
    size_t held_bytes;      /* of them */
    struct schedule *later; /* of the chunks, meanwhile */
};

struct lead {
    const struct job_options *options;
    struct endpoints ends;
    struct op_steps steps;
    struct sources sources;
    struct plan *plan, *careful, *validity; /* as the ticket's */
    double nodata, fill;   /* of pixels outside the data, of chunks that are given up */
    struct resume *resume; /* NULL: nothing of the output is there yet */
    struct buffer signature;
    struct size2 chunk;         /* 0: to be chosen */
    struct overviews overviews; /* of the output, which is level 0 */
    struct cog_options cog;
    struct apex *apex;
    struct sizing sizing;
    struct output *output;
    struct feed *feed; /* NULL if ranks read themselves */
    struct collect *collect;
    struct schedule *schedule;
    struct retries *retries;
    struct saved *saved;
    struct durable *durable; /* NULL if ranks write themselves; borrowed */
    bool shares;             /* ranks read and write themselves */
    struct part_probe probe;
    struct progress progress;
    const struct buffer
        *gathers; /* a reducer's words; NULL: an output of tiles or an image is made */
    struct gathering *gathering; /* what a pass that only gathers has so far; else NULL */
    struct image *image;         /* the output, if that is an image; else NULL */
    struct lead_sweep sweep;
    struct kept *held;          /* what ranks keep of the pass before; NULL: nothing of use */
    struct kept *keeps;         /* what they keep for the next; borrowed */
    size_t keep_bytes;          /* the most of it a rank; 0: nothing */
    struct cluster_ranks ranks; /* as lead_means' */
    size_t memory_bytes, used_bytes;
    bool is_trial;      /* nothing will be made: ops need not be settled */
    bool in_place;      /* the output is to have the scene's place */
    bool published;     /* the output has its name */
    bool gave_up_blobs; /* those of wide strips did not fit into memory */
    struct tick tick;   /* between pieces of long work of rank 0's own; false: it is to stop */
    int64_t *pixels_of; /* done by each rank */
    double start_s, finish_s; /* when the job began; how long syncing and renaming took */
};

/* Reads the pipeline's ends and checks every parameter, before any file is touched. */
bool lead_check(struct lead *l, const struct job_options *options, struct err *e) MUST_CHECK;

/* Of a file that a job writes beside its output (NULL: it does not), whether `check` lets it, and
 * whether it is not one of those that the job reads and writes. option: what named it. */
bool lead_check_file(const struct lead *l, const char *option, const char *path,
                     bool (*check)(const char *path, struct err *e), struct err *e) MUST_CHECK;

/* Opens the scene, plans, and creates the output; *ticket is what the ranks must know. */
bool lead_open(struct lead *l, const struct lead_means *means, struct buffer *ticket,
               struct err *e) MUST_CHECK;

/* What the others compare with the files they see, for --io=shared. */
bool lead_describe(struct lead *l, struct buffer *files, struct err *e) MUST_CHECK;

/* Whether all see the same, and ranks will read and write themselves. */
void lead_share(struct lead *l, bool shares);

/* Makes ready to serve chunks; ticket, scratch file (NULL: there is none) and durable are
 * borrowed from now on. */
bool lead_begin(struct lead *l, const struct ticket *t, struct scratch *scratch,
                struct durable *durable, struct err *e) MUST_CHECK;

/* Whether the job could begin, and its output be created, as far as that can be told before its ops
 * are settled: they are taken for those of a scene without pixels. *outlook is what it will be like.
 * Touches nothing; l goes to lead_end. */
bool lead_try(struct lead *l, const struct job_options *options, const struct lead_means *means,
              struct lead_outlook *outlook, struct err *e) MUST_CHECK;

/* The same two of a pass that only gathers: of it there are no files but the scenes. */
bool lead_open_pass(struct lead *l, const struct lead_pass *pass, const struct lead_means *means,
                    struct buffer *ticket, struct err *e) MUST_CHECK;
bool lead_begin_pass(struct lead *l, const struct ticket *t, struct err *e) MUST_CHECK;

/* Whether what is kept is of use to the first n ops of a pipeline: those behind the ones that
 * made it stay in place. */
bool lead_can_use(const struct kept_of *kept, const struct step *steps, int n);

/* Of an output that is an image: the same as lead_open; lead_begin_pass makes ready. */
bool lead_open_image(struct lead *l, const struct lead_means *means, struct buffer *ticket,
                     struct err *e) MUST_CHECK;

/* Puts the pixels of a chunk in their place. */
bool lead_put(struct lead *l, int64_t chunk, const struct buffer *result, struct err *e) MUST_CHECK;

/* Writes the image: its name appears. */
bool lead_finish_image(struct lead *l, struct err *e) MUST_CHECK;

/* Before an output whose last op sweeps: makes ready to gather summaries of all chunks; when they
 * are there, finds out what each chunk is to know, and makes ready for the chunks themselves. */
bool lead_begin_sweep(struct lead *l, struct err *e) MUST_CHECK;
bool lead_end_sweep(struct lead *l, struct err *e) MUST_CHECK;
void lead_free_sweep(struct lead *l);

/* Takes the summary of a chunk ({0} is left). Fails if rank 0's memory does not hold them all. */
bool lead_take_summary(struct lead *l, int64_t chunk, struct buffer *summary,
                       struct err *e) MUST_CHECK;

/* The same of a table of what such an op finds: of it there is no output but the table. */
bool lead_open_table(struct lead *l, const struct lead_means *means, struct buffer *ticket,
                     struct err *e) MUST_CHECK;
bool lead_finish_table(struct lead *l, struct err *e) MUST_CHECK;

/* The farm's questions are answered from here. */
struct farm_lead lead_farm(struct lead *l);

/* When all chunks are done, where blobs of a scratch file go: *places has an offset for each. */
bool lead_lay_out(struct lead *l, struct scratch *scratch, struct buffer *places,
                  struct err *e) MUST_CHECK;

/* Completes the output: its name appears. */
bool lead_finish(struct lead *l, struct err *e) MUST_CHECK;

/* When it is there: removes scratch files of any rank of any run. */
void lead_sweep(struct lead *l);

/* The journal of an output that is whole, to be removed at last and freed; NULL: there is none. */
char *lead_journal(const struct lead *l);

/* Whether workers have that much memory left over, and one message more. */
bool lead_spares(const struct lead *l, size_t bytes);

/* Writes the report from what the n ranks packed. */
bool lead_report(struct lead *l, const struct buffer *ranks, int n, struct err *e) MUST_CHECK;

/* Writes the timeline of all ranks, from what they packed. */
bool lead_trace(struct lead *l, const struct buffer *ranks, int n, struct err *e) MUST_CHECK;

/* Chunks whose bytes have come to be on the device of a rank (struct durable_task). */
bool lead_durable(struct lead *l, int rank, const void *tasks, size_t n, struct err *e) MUST_CHECK;

/* Whether something is there that --resume could go on with. */
bool lead_can_resume(const struct lead *l);

/* Frees everything; an output that is not finished is removed, unless lead_can_resume. */
void lead_end(struct lead *l);

#endif
