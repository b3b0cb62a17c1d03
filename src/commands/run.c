/* run.c - `tilery run`: a scene through a pipeline, by all ranks.
 * SPDX-License-Identifier: MIT */
#include "commands.h"

#include "base/signals.h"
#include "job/isolate.h"
#include "job/job.h"
#include "ops/op.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

struct args {
    int division, io, fan_out, direct, nodata, progress;
    struct size2 chunk;
    size_t memory, align;
    const char *report, *trace;
    struct text_list config;
    bool isolate;
    struct real_given chunk_timeout;
    int retries, on_error;
    double silence, sync, verify;
    bool resume, allow_network, quiet, verbose;
};

enum { NODATA_RESPECT, NODATA_IGNORE };
static const char *const nodata_names[] = {"respect", "ignore", NULL};

static const struct param params[] = {
    {"division", "how the scene is cut into chunks", P_CHOICE, offsetof(struct args, division),
     "tiles", division_names, 0, 0},
    {"chunk", "size of a chunk, rounded up to whole output tiles; 0: chosen", P_SIZE,
     offsetof(struct args, chunk), "0", NULL, 0, INT32_MAX},
    {"io",
     "who touches files; root: rank 0 alone; shared: every rank reads and writes its own part, on "
     "a "
     "file system that all see; auto: shared where all see the same files, else root",
     P_CHOICE, offsetof(struct args, io), "auto", job_io_names, 0, 0},
    {"direct-io",
     "whether tiles are written past the page cache (O_DIRECT), so that they need no memory of it "
     "and are on the disk sooner; auto: on ext4 and XFS",
     P_CHOICE, offsetof(struct args, direct), "auto", direct_io_names, 0, 0},
    {"fan-out",
     "how chunks and results go to and from other hosts; flat: rank 0 sends to every rank; node: "
     "to "
     "the first rank of each host, which hands them on; auto: node above 128 ranks",
     P_CHOICE, offsetof(struct args, fan_out), "auto", fan_out_names, 0, 0},
    {"align",
     "with --io=shared, what ranks write begins at multiples of this many bytes (the stripes of a "
     "parallel file system: 1M)",
     P_BYTES, offsetof(struct args, align), NULL, NULL, 0, 0},
    {"nodata",
     "respect: pixels of the scene's nodata value or mask, and NaN, stay what they are and take no "
     "part in the others; ignore: they are pixels like any others, as for OpenCV",
     P_CHOICE, offsetof(struct args, nodata), "respect", nodata_names, 0, 0},
    {"memory", "the most a rank may use, as 400M or 2G (default: half of its share of the host)",
     P_BYTES, offsetof(struct args, memory), NULL, NULL, 0, 0},
    {"isolate",
     "kernels run in a process of their own: a crash, a hang or too much memory fails one try of "
     "one "
     "chunk",
     P_BOOL, offsetof(struct args, isolate), "false", NULL, 0, 0},
    {"chunk-timeout", "with --isolate, seconds after which a chunk hangs; 0: never", P_REAL_GIVEN,
     offsetof(struct args, chunk_timeout), "600", NULL, 0, 1e9},
    {"retries", "how often a chunk that failed is tried again, on another rank where there is one",
     P_INT, offsetof(struct args, retries), "2", NULL, 0, 100},
    {"on-error",
     "what becomes of a chunk that fails every time; fail: the job ends; nodata: it is filled with "
     "the output's nodata value; skip: its tiles are left out",
     P_CHOICE, offsetof(struct args, on_error), "fail", on_error_names, 0, 0},
    {"resume",
     "go on with what a run that was stopped has left of the output, if there is anything", P_BOOL,
     offsetof(struct args, resume), "false", NULL, 0, 0},
    {"sync-every",
     "seconds from one sync of the output to the next: what --resume may have to redo", P_REAL,
     offsetof(struct args, sync), "2", NULL, 0, 1e6},
    {"silence",
     "seconds without a sign of life from a rank after which the job is ended, for another run to "
     "resume; 0: never",
     P_REAL, offsetof(struct args, silence), "120", NULL, 0, 1e6},
    {"verify",
     "percent of the output that is computed again at the end, in other chunks, and compared; at "
     "least "
     "16 pieces (--verify alone: 1)",
     P_REAL, offsetof(struct args, verify), "0", NULL, 0, 100},
    {"report", "file for the report: JSON with each rank's times", P_TEXT,
     offsetof(struct args, report), NULL, NULL, 0, 0},
    {"trace", "file for the timeline of all ranks: JSON for the viewers of Chrome and Perfetto",
     P_TEXT, offsetof(struct args, trace), NULL, NULL, 0, 0},
    {"progress", "how progress is shown", P_CHOICE, offsetof(struct args, progress), "auto",
     progress_names, 0, 0},
    {"config", "configuration option K=V for GDAL", P_LIST, offsetof(struct args, config), NULL,
     NULL, 0, 0},
    {"allow-network",
     "scenes may be on the network, or name what is (/vsicurl/, http://, WMS, VRTs of such …)",
     P_BOOL, offsetof(struct args, allow_network), "false", NULL, 0, 0},
    {"quiet", "(-q) no progress", P_BOOL, offsetof(struct args, quiet), "false", NULL, 0, 0},
    {"verbose", "(-v) say what was decided and why", P_BOOL, offsetof(struct args, verbose),
     "false", NULL, 0, 0},
    {0},
};

static void help_of(const struct job_kind *kind)
{
    for (; kind->name; kind++) {
        printf("\n%s:\n", kind->usage);
        params_print(kind->params, stdout);
    }
}

static int help(void)
{
    puts("Usage: [mpirun -n RANKS] tilery run [OPTIONS] SOURCE [! OP [--NAME=VALUE]...]... ! "
         "SINK\n\n"
         "Runs scenes through a pipeline of ops, on all ranks:\n"
         "    tilery run read scene.tif ! gaussian-blur --sigma-x=2 ! write out.tif\n\n"
         "Sources are read, each, stack, concat; sinks are write, split, stats, table; both are "
         "told of "
         "below.\n\nOptions:");
    params_print(params, stdout);
    help_of(job_sources);
    help_of(job_sinks);
    puts("\n`tilery ops` lists the ops, `tilery ops OP` the parameters of one.\n\n"
         "Exit status: 0 done, 1 failed, 2 usage, 3 done but for chunks or scenes that were "
         "filled or left out,\n75 stopped by a signal, 76 a rank was silent (--resume goes on with "
         "either).");
    return end_output();
}

/* Short forms, and --verify without a number. */
static const char *spelled_out(const char *word)
{
    static const char *const forms[][2] = {
        {"-q", "--quiet"}, {"-v", "--verbose"}, {"--verify", "--verify=1"}};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(word, forms[i][0]) == 0)
            return forms[i][1];
    return word;
}

/* How many words are run options: those before the name of the source. */
static int count_options(struct words words)
{
    int i = 0;

    while (i < words.n && words.item[i][0] == '-') {
        const char *word = spelled_out(words.item[i]);
        bool found;
        bool takes = strncmp(word, "--", 2) == 0 && !strchr(word, '=') &&
                     param_takes_value(params, word + 2, &found);
        i += takes ? 2 : 1;
    }
    return i < words.n ? i : words.n;
}

/* Reads the options, -q and -v among them; *rest is the pipeline. */
static bool read_args(struct words words, struct args *args, struct words *rest, struct err *e)
{
    enum { OPTIONS_MOST = 64 };
    const char *options[OPTIONS_MOST];
    const int n = count_options(words);

    if (n > OPTIONS_MOST)
        return err_usage(e, "run: more than %d options", OPTIONS_MOST);
    for (int i = 0; i < n; i++)
        options[i] = spelled_out(words.item[i]);
    *rest = (struct words){words.n - n, words.item + n};
    if (!params_read("run", params, n, options, args, NULL, e))
        return false;
    if (rest->n == 0)
        return err_usage(e,
                         "run: there is no pipeline; `tilery run --help` shows how one is written");
    if ((args->chunk.width == 0) != (args->chunk.height == 0))
        return err_usage(e, "run: --chunk=%dx%d: give both sides, or 0 to have it chosen",
                         args->chunk.width, args->chunk.height);
    if (args->chunk_timeout.given && !args->isolate)
        return err_usage(e,
                         "run: --chunk-timeout=%g needs --isolate: a rank cannot be stopped in "
                         "its own kernel",
                         args->chunk_timeout.value);
    return true;
}

/* `… ! OP … --help`: the help of that op; anywhere else: of run. */
static int help_of_step(struct words words)
{
    const char *name = NULL;

    for (int i = 0; i < words.n; i++) {
        if (strcmp(words.item[i], "!") == 0 && i + 1 < words.n)
            name = words.item[i + 1];
        if (strcmp(words.item[i], "--help") == 0)
            return name && op_find(name) ? command_ops((struct words){1, &name}) : help();
    }
    return help();
}

int command_run(struct words words)
{
    struct args args = {0};
    struct pipeline pipeline = {0};
    struct cluster *cluster = NULL;
    struct isolate *isolate = NULL;
    struct words rest;
    struct job_end end = {0};
    struct err e, mpi;

    if (wants_help(words))
        return help_of_step(words);
    signal(SIGXFSZ,
           SIG_IGN); /* a file at its limit is an error of write(), not the end of a rank */
    /* Before MPI starts, which does not survive a fork. */
    bool ok = read_args(words, &args, &rest, &e) &&
              pipeline_parse(&pipeline, rest.n, rest.item, &e) &&
              (!args.isolate || isolate_begin(&isolate, &e));
    signals_watch();
    if (!cluster_begin(&cluster, &mpi)) {
        isolate_end(isolate);
        return complain(&mpi);
    }
    const struct job_options options = {
        .pipeline = &pipeline,
        .io = (enum job_io)args.io,
        .direct = (enum direct_io)args.direct,
        .fan_out = (enum fan_out)args.fan_out,
        .align = args.align ? args.align : 1,
        .division = (enum division_kind)args.division,
        .chunk = args.chunk,
        .memory_bytes = args.memory,
        .report = args.report,
        .trace = args.trace,
        .progress = args.quiet ? PROGRESS_NONE : (enum progress_mode)args.progress,
        .raster = {args.config, args.allow_network},
        .resume = args.resume,
        .verify_percent = args.verify,
        .silence_s = args.silence,
        .sync_s = args.sync,
        .ignores_nodata = args.nodata == NODATA_IGNORE,
        .isolate = isolate,
        .chunk_timeout = args.chunk_timeout.value,
        .retries = args.retries,
        .on_error = (enum on_error)args.on_error,
        .verbose = args.verbose,
    };
    ok = cluster_agree(cluster, ok, &e) && job_run(cluster, &options, &end, &e);
    if (ok && end.text) {
        fputs(end.text, stdout);
        ok = end_output() == EXIT_DONE;
        if (!ok)
            e.status = EXIT_FAILED;
    } else if (!ok && cluster_rank(cluster) == 0) {
        complain(&e);
    }
    isolate_end(isolate);
    cluster_end(cluster);
    job_sweep(&end);
    pipeline_free(&pipeline);
    params_free(params, &args, NULL);
    return !ok ? e.status : end.given_up > 0 ? EXIT_PARTLY : EXIT_DONE;
}
