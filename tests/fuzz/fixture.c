/* fixture.c - what targets need to begin: GDAL, and a job of one rank on a small scene.
 * SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "fuzz.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCENES "tests/fuzz/seeds/scene/"
enum { MEMORY = 1 << 30, SYNC_S = 3600, WORDS = 11 };

/* Of LeakSanitizer, if it is there. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

void fuzz_begin_raster(void)
{
    struct err e;

    if (__lsan_disable)
        __lsan_disable();
    const bool ok = raster_begin(1 << 20, &(struct raster_options){0}, &e);
    if (__lsan_enable)
        __lsan_enable();
    if (!ok)
        abort();
}

static char directory[PATH_MAX], output[PATH_MAX + 16];

static void remove_directory(void)
{
    rmdir(directory);
}

const char *fixture_directory(void)
{
    const char *under = getenv("TMPDIR");

    if (*directory)
        return directory;
    snprintf(directory, sizeof directory, "%s/tilery-fuzz.XXXXXX", under ? under : "/tmp");
    if (!mkdtemp(directory)) {
        perror(directory);
        exit(EXIT_FAILURE);
    }
    atexit(remove_directory);
    return directory;
}

const char *fixture_output(void)
{
    snprintf(output, sizeof output, "%s/OUT.tif", fixture_directory());
    return output;
}

void fixture_open(struct fixture *f, int i)
{
    static const char *const words[FIXTURES][WORDS] = {
        {"read", SCENES "valid-deflate.tif", "!", "blur", "--ksize=5", "!", "write", output,
         "--co=BLOCKXSIZE=32", "--co=BLOCKYSIZE=32"},
        {"read", SCENES "valid-bits.tif", "!", "blur", "--ksize=5", "--border-type=wrap", "!",
         "write", output, "--co=BLOCKXSIZE=32", "--co=BLOCKYSIZE=32"},
        {"read", SCENES "valid-deflate.tif", "!", "write", output, "--co=COMPRESS=DEFLATE",
         "--co=PREDICTOR=2", "--co=BLOCKXSIZE=32", "--co=BLOCKYSIZE=32"},
    };
    static const int node[1];
    const struct lead_means means = {{.n = 1, .n_nodes = 1, .node = node}, MEMORY, 0};
    struct err e;
    int n = 0;

    while (n < WORDS && words[i][n])
        n++;
    *f = (struct fixture){.options = {.align = 1, .progress = PROGRESS_NONE}};
    fixture_output();
    f->options.pipeline = &f->pipeline;
    f->options.chunk = (struct size2){32, 32};
    if (!pipeline_parse(&f->pipeline, n, words[i], &e) || !lead_check(&f->lead, &f->options, &e) ||
        !lead_open(&f->lead, &means, &f->bytes, &e) || !ticket_open(&f->ticket, &f->bytes, &e) ||
        !durable_new(&f->durable, SYNC_S, &e) ||
        !lead_begin(&f->lead, &f->ticket, NULL, f->durable, &e)) {
        fprintf(stderr, "the job of fuzz targets: %s\n", e.text);
        exit(EXIT_FAILURE);
    }
}

void fixture_close(struct fixture *f)
{
    lead_end(&f->lead);
    durable_free(f->durable);
    ticket_free(&f->ticket);
    buffer_free(&f->bytes);
    pipeline_free(&f->pipeline);
}
