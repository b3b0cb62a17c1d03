/* journal.c - an append-only file of checksummed records.
 * SPDX-License-Identifier: MIT */
#include "guard/journal.h"

#include "base/crc.h"
#include "base/fault.h"
#include "base/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { MAGIC = 8, FRAME = 8, RECORD_MOST = 64 << 20 };
static const unsigned char magic[MAGIC] = "TILERYJ1";

struct journal {
    int fd;
    char *path;
    struct buffer line; /* a record as it is written */
};

/* False, with errno set, if another process keeps it. The ranks of a run that has just died may live
 * a second longer: one that is there already is waited for. */
static bool lock(int fd, bool waits)
{
    enum { TRIES = 20, PAUSE_NS = 100 * 1000 * 1000 };

    for (int i = 0;; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK || !waits || i == TRIES)
            return false;
        nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
    }
}

static bool journal_new(struct journal **out, const char *path, int flags, struct err *e)
{
    struct journal *j = memory_new(1, sizeof *j, e);

    if (!j)
        return false;
    j->fd = open(path, flags | O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
    j->path = strdup(path);
    bool ok = j->fd >= 0 && j->path;
    if (!ok)
        err_errno(e, "%s: the journal cannot be %s", path, flags & O_CREAT ? "created" : "opened");
    else if (!lock(j->fd, !(flags & O_CREAT)) && errno == EWOULDBLOCK)
        ok = err_set(e, "%s: another run is writing it", path);
    if (!ok) {
        journal_close(j);
        return false;
    }
    *out = j;
    return true;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    if (j->fd >= 0)
        close(j->fd);
    buffer_free(&j->line);
    free(j->path);
    free(j);
}

static bool write_all(struct journal *j, const void *bytes, size_t n, struct err *e)
{
    const unsigned char *at = bytes;

    while (n > 0) {
        const ssize_t wrote = fault_write() ? write(j->fd, at, fault_short(n)) : -1;
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return err_errno(e, "%s: cannot write %zu bytes to the journal", j->path, n);
        at += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

bool journal_append(struct journal *j, const struct buffer *record, struct err *e)
{
    j->line.size = 0;
    if (record->size == 0 || record->size > RECORD_MOST)
        return err_set(e, "%s: a record of %zu bytes (a defect)", j->path, record->size);
    return pack_u32(&j->line, (uint32_t)record->size, e) &&
           pack_u32(&j->line, crc_of(record->data, record->size), e) &&
           buffer_append(&j->line, record->data, record->size, e) &&
           write_all(j, j->line.data, j->line.size, e);
}

bool journal_sync(struct journal *j, struct err *e)
{
    return fdatasync(j->fd) == 0 || err_errno(e, "%s: the journal cannot be synced", j->path);
}

bool journal_create(struct journal **out, const char *path, const struct buffer *head,
                    struct err *e)
{
    struct journal *j;

    if (!journal_new(&j, path, O_CREAT | O_EXCL, e))
        return false;
    if (!write_all(j, magic, MAGIC, e) || !journal_append(j, head, e) || !journal_sync(j, e)) {
        unlink(path);
        journal_close(j);
        return false;
    }
    *out = j;
    return true;
}

/* Up to n bytes at `at`; fewer only at the end. */
static bool read_at(struct journal *j, void *out, size_t n, off_t at, size_t *got, struct err *e)
{
    for (*got = 0; *got < n;) {
        const ssize_t k = pread(j->fd, (char *)out + *got, n - *got, at + (off_t)*got);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return err_errno(e, "%s: the journal cannot be read", j->path);
        if (k == 0)
            return true;
        *got += (size_t)k;
    }
    return true;
}

/* The record at `at` into *record, which stays empty where no whole one is. */
static bool read_record(struct journal *j, off_t at, struct buffer *record, struct err *e)
{
    unsigned char frame[FRAME];
    size_t got;

    record->size = 0;
    if (!read_at(j, frame, FRAME, at, &got, e))
        return false;
    struct unpack u = unpack_begin(frame, got);
    const uint32_t size = unpack_u32(&u), crc = unpack_u32(&u);
    if (!u.ok || size == 0 || size > RECORD_MOST)
        return true;
    if (!buffer_reserve(record, size, e) || !read_at(j, record->data, size, at + FRAME, &got, e))
        return false;
    if (got == size && crc_of(record->data, size) == crc)
        record->size = size;
    return true;
}

/* Into *record, which stays empty where no whole head is. */
static bool read_head(struct journal *j, struct buffer *record, struct err *e)
{
    unsigned char word[MAGIC];
    size_t got;

    if (!read_at(j, word, MAGIC, 0, &got, e) || !read_record(j, MAGIC, record, e))
        return false;
    if (got < MAGIC || memcmp(word, magic, MAGIC) != 0)
        record->size = 0;
    return true;
}

bool journal_open(struct journal **out, const char *path, struct buffer *head,
                  bool (*record)(void *ctx, const unsigned char *bytes, size_t n, struct err *e),
                  void *ctx, struct err *e)
{
    struct buffer bytes = {0};
    struct journal *j;

    if (!journal_new(&j, path, 0, e))
        return false;
    bool ok = read_head(j, &bytes, e) && buffer_append(head, bytes.data, bytes.size, e);
    const bool any = bytes.size > 0;
    off_t end = MAGIC;
    while (ok && bytes.size > 0) {
        end += FRAME + (off_t)bytes.size;
        ok = read_record(j, end, &bytes, e) &&
             (bytes.size == 0 || record(ctx, bytes.data, bytes.size, e));
    }
    if (ok && any && ftruncate(j->fd, end) != 0)
        ok = err_errno(e, "%s: the journal cannot be written", path);
    buffer_free(&bytes);
    *out = ok && any ? j : NULL;
    if (!*out)
        journal_close(j);
    return ok;
}
