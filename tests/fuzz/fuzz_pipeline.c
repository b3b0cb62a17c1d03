/* fuzz_pipeline.c - text becomes steps, parameters, plans and, where it is cheap, pixels.
 *
 * The first four bytes choose type, bands, width and height of the scene; the rest is the pipeline,
 * its words apart by white space.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "base/planes.h"
#include "base/memory.h"
#include "pipeline/execute.h"
#include "pipeline/parse.h"
#include "pipeline/plan.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MOST = 200, FORMAT_BYTES = 4, SIDE_MOST = 64, BANDS_MOST = 5 };

bool fuzz_accepted;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return 0;
}

static bool go_on(void *ctx)
{
    return true;
}

/* Whether running the plan takes no more than a moment. */
static bool is_cheap(const struct plan *p, const struct region *needs)
{
    enum { PIXELS_MOST = 1 << 15, BYTES_MOST = 16 << 20 };
    const double looks_most = 1 << 20; /* at pixels, by one stage */
    const struct format out = plan_output(p);

    if ((double)out.width * (double)out.height * out.bands > PIXELS_MOST ||
        executor_bytes(p, out.height) > BYTES_MOST)
        return false;
    for (int i = 0; i < p->stages.n; i++) {
        const double pixels =
            (double)needs[i].width * (double)needs[i].height * p->stages.list[i].out.bands;
        if (pixels > PIXELS_MOST)
            return false;
        for (int k = 0; k < p->stages.list[i].n_in; k++) {
            const struct reach r = p->stages.list[i].in[k].reach;
            if (pixels * (r.left + r.right + 1) * (r.up + r.down + 1) > looks_most)
                return false;
        }
    }
    return true;
}

/* The plan's output as one chunk, of sources of some pixels. */
static void run(const struct plan *p)
{
    const struct format f = plan_output(p);
    const struct region all = {0, 0, f.width, f.height};
    const struct place place = {.host = "host", .scene = "scene", .chunk = all};
    struct region needs[PLAN_MAX_STAGES];
    struct planes in[PLAN_MAX_SOURCES], out;
    void *memory[PLAN_MAX_SOURCES + 1] = {NULL};
    struct executor *x = NULL;
    struct err e;

    plan_needs(p, all, needs);
    if (!is_cheap(p, needs))
        return;
    bool ok = planes_new(&out, &memory[PLAN_MAX_SOURCES], f.type, f.bands, all, 0, &e) &&
              executor_new(&x, p, &e);
    for (int i = 0; ok && i < p->stages.n_sources; i++) {
        const struct format source = p->stages.list[i].out;
        ok = planes_new(&in[i], &memory[i], source.type, source.bands, needs[i], plan_margin(p, i),
                        &e);
        for (size_t k = 0; ok && k < in[i].band_bytes * (size_t)in[i].bands; k++)
            ((unsigned char *)memory[i])[k] = (unsigned char)(k * 37 >> 2);
    }
    if (ok && executor_run(x, in, &out, &place, (struct tick){go_on, NULL}, &e))
        fuzz_accepted = true;
    executor_free(x);
    for (int i = 0; i <= PLAN_MAX_SOURCES; i++)
        free(memory[i]);
}

static void plan_and_run(const struct pipeline *p, struct format format)
{
    const char *names[PLAN_MAX_SOURCES] = {NULL};
    struct format formats[PLAN_MAX_SOURCES];
    struct outside outside[PLAN_MAX_SOURCES] = {{.has_value = true}};
    struct plan *plan = NULL, *careful = NULL;
    int n = 1;
    struct err e;

    if (!plan_scenes(p->steps + 1, p->n_steps - 2, names, &n, PLAN_MAX_SOURCES, &e))
        return;
    for (int i = 0; i < n; i++)
        formats[i] = format;
    const struct plan_sources sources = {formats, names, n, outside};
    if (plan_new(&plan, p->steps + 1, p->n_steps - 2, &sources, &e))
        run(plan);
    if (plan_new_careful(&careful, p->steps + 1, p->n_steps - 2, &sources, 0, &e))
        run(careful);
    plan_free(plan);
    plan_free(careful);
}

/* Some pixels, or as many as there can be. */
static int64_t side(uint8_t byte)
{
    return byte < 128 ? byte % SIDE_MOST + 1 : INT32_MAX - byte % SIDE_MOST;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *words[WORDS_MOST];
    struct pipeline p;
    struct err e;
    int n = 0;

    /* No paths: a parameter that takes numbers may name a file of them. */
    if (size < FORMAT_BYTES || memchr(data, '/', size))
        return 0;
    const struct format format = {
        .type = (enum pixel_type)(data[0] % PX_N_TYPES),
        .bands = data[1] % BANDS_MOST + 1,
        .width = side(data[2]),
        .height = side(data[3]),
    };
    char *text = malloc(size - FORMAT_BYTES + 1);
    if (!text)
        return 0;
    memcpy(text, data + FORMAT_BYTES, size - FORMAT_BYTES);
    text[size - FORMAT_BYTES] = '\0';
    char *rest = NULL;
    for (char *word = strtok_r(text, " \t\n", &rest); word && n < WORDS_MOST;
         word = strtok_r(NULL, " \t\n", &rest))
        words[n++] = word;
    if (pipeline_parse(&p, n, words, &e)) {
        plan_and_run(&p, format);
        pipeline_free(&p);
    }
    free(text);
    return 0;
}
