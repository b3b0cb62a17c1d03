/* job.h - one scene through one pipeline, by all ranks.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include "cluster/cluster.h"
#include "ops/param.h"
#include "pipeline/divide.h"
#include "pipeline/parse.h"
#include "raster/bulk.h"
#include "raster/scene.h"
#include "report/progress.h"

/* Who touches files: rank 0 alone, all ranks, or these where all see the same files. */
enum job_io { JOB_IO_AUTO, JOB_IO_ROOT, JOB_IO_SHARED };
extern const char *const job_io_names[];

/* What becomes of the job, or of a chunk, when the chunk has failed too often. */
enum on_error { ON_ERROR_FAIL, ON_ERROR_NODATA, ON_ERROR_SKIP };
extern const char *const on_error_names[];

struct isolate;
struct kept;

/* Of a pipeline in parts (segments.h) what a part must know of the others; rank 0's. */
struct segment {
    int number;
    bool continues;    /* it reads what the part before it made, … */
    bool is_temporary; /* … and makes what the next one reads */
    bool has_nodata;   /* of the scenes of the first part */
    double nodata;
    const struct pipeline *all; /* of a temporary scene: the steps that read it are … */
    int n_first;                /* … those behind so many */
};

/* A pass over the scene before the one that makes the output. */
struct job_pass {
    char op[64];          /* what it was for */
    const char *gathered; /* the reducer's name; "pixels": it made a temporary scene */
    double seconds;
    bool keeps; /* ranks kept the pixels it went through for the next one */
};

struct job_options {
    const struct pipeline *pipeline;
    const struct job_pass *passes; /* of this job, that are done */
    int n_passes;
    struct kept *held;       /* what this rank keeps of them; NULL: nothing */
    struct segment *segment; /* NULL: the pipeline is whole */
    enum job_io io;
    enum direct_io direct;
    enum fan_out fan_out;
    size_t align; /* of what ranks write, in bytes; at least 1 */
    enum division_kind division;
    struct size2 chunk;  /* 0: to be chosen */
    size_t memory_bytes; /* of each rank; 0: its share of what the host has */
    const char *report;  /* file for the report, or NULL */
    const char *trace;   /* file for the timeline of all ranks, or NULL */
    enum progress_mode progress;
    struct raster_options raster;
    bool resume;             /* goes on with what an earlier run has left of the output */
    double verify_percent;   /* of the output to be computed again and compared; 0: none */
    double silence_s;        /* without a sign of life from a rank: the job is ended; 0: never */
    double sync_s;           /* seconds from one sync of the output to the next */
    bool ignores_nodata;     /* pixels outside the data are computed with like any others */
    struct isolate *isolate; /* computes chunks; NULL: each rank does so itself */
    double chunk_timeout;    /* seconds for a chunk, if isolated; 0: no limit */
    int retries;             /* how often a chunk that failed is tried again */
    enum on_error on_error;
    bool verbose;
    bool of_many;      /* it is one of many jobs, which writes no file that they share */
    const char *place; /* of the output among others, for its metadata; NULL: none */
};

/* What is left of a job. */
struct job_end {
    int64_t given_up; /* chunks of the output that are not what was asked for */
    char *journal;    /* on rank 0: of an output that is whole; NULL: there is none */
    char *text;       /* on rank 0: what a sink has to say on standard output; NULL: nothing */
    char *json;       /* of a job of_many: the same for a file; NULL: nothing */
};

/* A kind of source or of sink: how it is written, and what runs a pipeline that has it. */
struct job_kind {
    const char *name, *usage;
    const struct param *params;
    bool (*run)(struct cluster *c, const struct job_options *options, struct job_end *end,
                struct err *e); /* as job_run */
    /* Fails with err_usage if the step cannot be right, before any work; NULL: that is seen later. */
    bool (*check)(const struct step *step, struct err *e);
};

/* Each ends with {0}. */
extern const struct job_kind job_sources[], job_sinks[];

/* The row of that name, or NULL. */
const struct job_kind *job_kind_find(const struct job_kind *kinds, const char *name);

/* The first of a sink's words that is neither an option nor its value: a path, or a pattern of
 * paths. -1: there is none. */
int job_path_of(const struct step *sink);

/* Collective. Runs the job; all ranks return the same. *end goes to job_sweep. Fails with one *e
 * for all. */
bool job_run(struct cluster *c, const struct job_options *options, struct job_end *end,
             struct err *e) MUST_CHECK;

/* The last thing of a process, after cluster_end: removes the journal. A rank that is killed on its
 * way out leaves it, and the next run sees that all was done. */
void job_sweep(struct job_end *end);

#endif
