/* make_seeds.c - makes the seeds that are messages anew, when their formats have changed: run it
 * at the root of the tree; and of pipelines, one of each op. Those of scenes are made by
 * make_scenes.sh.
 * SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "base/crc.h"
#include "base/pack.h"
#include "guard/journal.h"
#include "job/chunk_work.h"
#include "raster/decode.h"

#include <dirent.h>
#include <limits.h>
#include <unistd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS "tests/fuzz/seeds/"

static void check(bool ok, const char *what, const struct err *e)
{
    if (ok)
        return;
    fprintf(stderr, "make_seeds: %s: %s\n", what, e->text);
    exit(EXIT_FAILURE);
}

static void write_seed(const char *target, const char *name, struct buffer *bytes)
{
    char path[300];
    struct err e;

    snprintf(path, sizeof path, SEEDS "%s/valid-%s", target, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes->data, 1, bytes->size, f) != bytes->size || fclose(f) != 0)
        check(err_errno(&e, "cannot be written"), path, &e);
    buffer_free(bytes);
}

static bool go_on(void *ctx)
{
    return true;
}

/* Ticket, payloads and results of a job. */
static void make_job(int i)
{
    struct fixture f;
    struct chunk_worker *w;
    struct buffer payloads = {0}, parcels = {0}, ticket = {0};
    char name[16];
    struct err e;

    fixture_open(&f, i);
    snprintf(name, sizeof name, "%d", i);
    check(chunk_worker_new(&w, &f.ticket, 0, "host", &e) && pack_u32(&payloads, (uint32_t)i, &e),
          "worker", &e);
    const int64_t n = division_chunks(&f.ticket.sizing.division);
    for (int64_t chunk = 0; chunk < n && chunk < 3; chunk++) {
        struct buffer payload = {0}, result = {0};
        check(feed_load(f.lead.feed, chunk, 0, &payload, &e) &&
                  chunk_work(w, chunk, payload.data, payload.size, &result,
                             (struct tick){go_on, NULL}, &e) &&
                  pack_u32(&payloads, (uint32_t)chunk, &e) &&
                  pack_bytes(&payloads, payload.data, payload.size, &e) &&
                  pack_u32(&parcels, (uint32_t)chunk, &e) &&
                  pack_bytes(&parcels, result.data, result.size, &e),
              "chunk", &e);
        buffer_free(&payload);
        buffer_free(&result);
    }
    check(buffer_append(&ticket, f.bytes.data, f.bytes.size, &e), "ticket", &e);
    write_seed("ticket", name, &ticket);
    write_seed("payload", name, &payloads);
    if (i == 0)
        write_seed("parcel", name, &parcels);
    buffer_free(&parcels);
    chunk_worker_free(w);
    fixture_close(&f);
}

/* Header and first blob of a scene. */
static void make_blob(const char *name)
{
    char path[400], why[200];
    struct scene *s;
    struct blobs *b;
    struct buffer header = {0}, seed = {0};
    struct err e;
    size_t n = 0;

    snprintf(path, sizeof path, SEEDS "scene/%s", name);
    check(scene_open(&s, &(struct scene_options){.path = path}, &e) &&
              blobs_open(&b, s, 1 << 20, why, sizeof why, &e),
          path, &e);
    if (b)
        check(blobs_size(b, 0, &n, &e), path, &e);
    if (n > 0) {
        check(blobs_header(b, &header, &e) && pack_bytes(&seed, header.data, header.size, &e) &&
                  pack_u32(&seed, 0, &e) && pack_u32(&seed, 7, &e) &&
                  buffer_reserve(&seed, n, &e) && blobs_read(b, 0, seed.data + seed.size, &e),
              path, &e);
        seed.size += n;
        write_seed("blob", name + strlen("valid-"), &seed);
        buffer_free(&header);
    }
    blobs_close(b);
    scene_close(s);
}

static void make_blobs(void)
{
    DIR *dir = opendir(SEEDS "scene");
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (strncmp(entry->d_name, "valid-", strlen("valid-")) == 0)
            make_blob(entry->d_name);
    if (dir)
        closedir(dir);
}

static void make_report(void)
{
    const struct amount amounts[] = {{"seconds", "wall", 1.5}, {"amounts", "chunks", 7}};
    struct buffer seed = {0};
    struct err e;

    check(rank_report_pack(&seed, "host", amounts, 2, &e), "report", &e);
    write_seed("report", "amounts", &seed);
}

/* The list that fuzz_files.c describes. */
static void make_files(void)
{
    struct buffer seed = {0};
    struct err e;

    check(pack_u32(&seed, 1, &e) && pack_text(&seed, "/proc/self/fd/100", &e) &&
              pack_i64(&seed, 0, &e) && pack_i64(&seed, 0, &e) && pack_u32(&seed, 0, &e) &&
              pack_u32(&seed, 0, &e),
          "files", &e);
    write_seed("files", "empty", &seed);
}

/* The example of an op, on the first kind of scene that it takes (fuzz_pipeline.c). */
static void make_pipeline(const struct op *op)
{
    for (int type = 0; type < PX_N_TYPES; type++)
        for (int bands = 1; bands <= 4; bands++) {
            /* Letters, so that seeds can be read: as remainders they are type and bands - 1. */
            const char head[] = {(char)('Q' + type), (char)('F' + bands - 1), '9', '9', '\0'};
            const struct format formats[] = {{(enum pixel_type)type, bands, 58, 58},
                                             {(enum pixel_type)type, bands, 58, 58}};
            const char *words[32], *names[2] = {NULL};
            char example[300], text[400];
            struct buffer seed = {0};
            struct plan *plan;
            struct err e;
            int n_words = 0, n = 1;
            snprintf(example, sizeof example, "%s", op->example ? op->example : "");
            snprintf(text, sizeof text, "%s read a ! %s %s ! write b\n", head, op->name, example);
            for (char *word = strtok(example, " "); word && n_words < 32; word = strtok(NULL, " "))
                words[n_words++] = word;
            const struct step step = {op->name, n_words, words};
            if (!plan_scenes(&step, 1, names, &n, 2, &e) ||
                !plan_new(&plan, &step, 1, &(struct plan_sources){formats, names, n, NULL}, &e))
                continue;
            plan_free(plan);
            check(buffer_append(&seed, text, strlen(text), &e), op->name, &e);
            write_seed("pipeline", op->name, &seed);
            return;
        }
    fprintf(stderr, "make_seeds: no scene suits the example of %s\n", op->name);
}

/* A journal of two records. */
static void make_journal(void)
{
    struct buffer head = {0}, seed = {0};
    char path[PATH_MAX];
    struct journal *j;
    struct err e;

    snprintf(path, sizeof path, "%s/journal", fixture_directory());
    check(pack_text(&head, "head", &e) && journal_create(&j, path, &head, &e) &&
              journal_append(j, &head, &e) && journal_append(j, &head, &e) &&
              buffer_reserve(&seed, 1000, &e),
          path, &e);
    journal_close(j);
    FILE *f = fopen(path, "rb");
    seed.size = f ? fread(seed.data, 1, 1000, f) : 0;
    if (f)
        fclose(f);
    unlink(path);
    write_seed("journal", "two-records", &seed);
    buffer_free(&head);
}

/* Of the first chunk, whose only blob is said to be the first bytes of the file. */
static void make_record(void)
{
    static const unsigned char bigtiff[8] = {'I', 'I', 42, 0, 8, 0, 0, 0};
    struct buffer record = {0}, seed = {0};
    struct err e;

    check(pack_i64(&record, 0, &e) && pack_u32(&record, 0, &e) && pack_i64(&record, 0, &e) &&
              pack_u32(&record, FEED_COMPUTE, &e) && pack_u32(&record, 1, &e) &&
              pack_i64(&record, 0, &e) && pack_u32(&record, sizeof bigtiff, &e) &&
              pack_u32(&record, crc_of(bigtiff, sizeof bigtiff), &e) && pack_i64(&record, 0, &e) &&
              pack_bytes(&seed, record.data, record.size, &e),
          "record", &e);
    write_seed("resume", "first-chunk", &seed);
    buffer_free(&record);
}

int main(void)
{
    make_journal();
    make_record();
    for (int i = 0; ops[i]; i++)
        make_pipeline(ops[i]);
    for (int i = 0; i < FIXTURES; i++)
        make_job(i);
    make_blobs();
    make_report();
    make_files();
    return EXIT_SUCCESS;
}
