/* fuzz_resume.c - the records of a journal, of a job that is gone on with: each as pack_bytes
 * has it.
 *
 * Their checksums are made here. What is in the output is its head, so a record may tell of
 * that.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "../../src/job/resume.h"
#include "../../src/job/saved.h"
#include "fixture.h"

#include "base/pack.h"

#include <stdlib.h>
#include <unistd.h>

static struct fixture job;

bool fuzz_accepted;

static void end(void)
{
    fixture_close(&job);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz_begin_raster();
    fixture_directory(); /* its removal is registered first, and comes last */
    fixture_open(&job, 0);
    atexit(end);
    return 0;
}

/* A journal of the records at path. */
static bool write_journal(const char *path, const uint8_t *data, size_t size, struct err *e)
{
    const struct buffer signature = {0};
    const struct resume_head head = {.chunk_width = 32, .chunk_height = 32};
    struct unpack u = unpack_begin(data, size);
    struct buffer bytes = {0};
    struct journal *j = NULL;
    bool ok = resume_pack_head(&bytes, &head, &signature, e) && journal_create(&j, path, &bytes, e);

    while (ok && u.at < u.end) {
        struct buffer record = {0};
        record.data = (unsigned char *)unpack_bytes(&u, &record.size); /* only read */
        ok = record.size > 0 && journal_append(j, &record, e);
    }
    journal_close(j);
    buffer_free(&bytes);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct resume_into into = {
        .division = &job.ticket.sizing.division,
        .overviews = &job.lead.overviews,
        .output = job.lead.output,
        .apex = job.lead.apex,
        .collect = job.lead.collect,
        .schedule = job.lead.schedule,
        .retries = job.lead.retries,
    };
    struct resume *r = NULL;
    int64_t pixels = 0;
    struct err e;
    char *path = saved_path(fixture_output(), &e);

    if (!path)
        abort();
    bool ok = true;
    if (write_journal(path, data, size, &e) && resume_open(&r, fixture_output(), &e) && r)
        ok = resume_restore(r, &into, &pixels, &e);
    fuzz_accepted = ok && pixels > 0;
    resume_free(r);
    unlink(path);
    free(path);
    if (!ok || pixels > 0) { /* something has been restored: the job is not new any more */
        fixture_close(&job);
        fixture_open(&job, 0);
    }
    return 0;
}
