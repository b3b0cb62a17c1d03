/* tile_index.c - the two arrays in a TIFF that say where its tiles are, found and filled in place.
 *
 * After TIFF 6.0 (section 2) and the BigTIFF design: header, first directory, entries of tag, type,
 * count and value; values that do not fit the entry lie elsewhere and the entry has their offset.
 * SPDX-License-Identifier: MIT */
#include "tile_index.h"

#include "base/memory.h"
#include "base/pack.h"

#include "whole_io.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <tiff.h>

struct walk {
    int fd;
    uint64_t file_size;
    bool big;
    int why; /* the errno of what could not be read; 0: it is not there */
};

/* n bytes (2, 4 or 8) at `at`, as a number; *ok is cleared when they cannot be read. */
static uint64_t number_at(struct walk *w, uint64_t at, int n, bool *ok)
{
    unsigned char bytes[8];
    uint64_t v = 0;

    if (!*ok)
        return 0;
    const ssize_t got = read_whole(w->fd, bytes, (size_t)n, at);
    if (got != n) {
        w->why = got < 0 ? errno : 0;
        *ok = false;
        return 0;
    }
    for (int i = 0; i < n; i++)
        v |= (uint64_t)bytes[i] << (8 * i);
    return v;
}

static uint64_t first_directory(struct walk *w, bool *ok)
{
    uint64_t magic = number_at(w, 0, 4, ok);

    w->big = magic == (0x4949 | TIFF_VERSION_BIG << 16);
    if (!w->big && magic != (0x4949 | TIFF_VERSION_CLASSIC << 16))
        *ok = false;
    return w->big ? number_at(w, 8, 8, ok) : number_at(w, 4, 4, ok);
}

/* The array of an entry, if it has n values of a type for it. */
static bool array_of(struct walk *w, uint64_t entry, int64_t n, struct index_array *a)
{
    bool ok = true;
    int word = w->big ? 8 : 4; /* bytes of a count or an offset */
    uint64_t type = number_at(w, entry + 2, 2, &ok);
    uint64_t count = number_at(w, entry + 4, word, &ok);
    uint64_t value = entry + 4 + (uint64_t)word;

    a->bytes = type == TIFF_SHORT ? 2 : type == TIFF_LONG ? 4 : type == TIFF_LONG8 ? 8 : 0;
    if (!ok || a->bytes == 0 || count != (uint64_t)n)
        return false;
    uint64_t size = count * (uint64_t)a->bytes;
    a->at = size <= (uint64_t)word ? value : number_at(w, value, word, &ok);
    return ok && size <= w->file_size && a->at <= w->file_size - size;
}

/* Where the directory of that number is. */
static uint64_t find_directory(struct walk *w, int number, bool *ok)
{
    uint64_t at = first_directory(w, ok);

    for (int i = 0; *ok && i < number; i++) {
        const uint64_t n_entries = number_at(w, at, w->big ? 8 : 2, ok);
        if (n_entries > UINT16_MAX)
            *ok = false;
        at = number_at(w, at + (w->big ? 8 + 20 * n_entries : 2 + 12 * n_entries), w->big ? 8 : 4,
                       ok);
        *ok = *ok && at != 0;
    }
    return at;
}

bool tile_index_find(struct tile_index *t, int fd, int number, int64_t n_tiles, struct err *e)
{
    struct stat st;
    bool ok = fstat(fd, &st) == 0;
    struct walk w = {.fd = fd, .file_size = ok ? (uint64_t)st.st_size : 0};
    uint64_t directory = find_directory(&w, number, &ok);
    uint64_t n_entries = number_at(&w, directory, w.big ? 8 : 2, &ok);
    uint64_t entry = directory + (w.big ? 8 : 2);

    *t = (struct tile_index){0};
    for (uint64_t i = 0; ok && i < n_entries && i <= UINT16_MAX; i++, entry += w.big ? 20 : 12) {
        uint64_t tag = number_at(&w, entry, 2, &ok);
        if (tag == TIFFTAG_TILEOFFSETS || tag == TIFFTAG_STRIPOFFSETS)
            ok = ok && array_of(&w, entry, n_tiles, &t->offsets);
        else if (tag == TIFFTAG_TILEBYTECOUNTS || tag == TIFFTAG_STRIPBYTECOUNTS)
            ok = ok && array_of(&w, entry, n_tiles, &t->sizes);
    }
    errno = w.why;
    if (w.why)
        return err_errno(e, "directory %d cannot be read", number);
    if (!ok || t->offsets.bytes < 4 || t->sizes.bytes == 0)
        return err_set(e, "directory %d that GDAL wrote has no index for %lld tiles", number,
                       (long long)n_tiles);
    return true;
}

static uint64_t highest(const struct index_array *a)
{
    return a->bytes == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * a->bytes)) - 1;
}

uint64_t tile_index_highest(const struct tile_index *t)
{
    return highest(&t->offsets);
}

/* The array's values are wide[i], or narrow[i] when wide is NULL. Through a small buffer: the index
 * of a large file takes as much memory as this process has to spare. */
static bool write_array(const struct index_array *a, int fd, int64_t n, const uint64_t *wide,
                        const uint32_t *narrow, struct err *e)
{
    enum { VALUES = 8192 };
    unsigned char *bytes = memory_raw(VALUES, 8, e);
    bool ok = bytes != NULL;

    assert(wide || narrow);
    for (int64_t first = 0; ok && first < n; first += VALUES) {
        int64_t count = n - first < VALUES ? n - first : VALUES;
        unsigned char *at = bytes;
        for (int64_t i = first; ok && i < first + count; i++) {
            uint64_t v = wide ? wide[i] : narrow[i];
            if (v > highest(a))
                ok = err_set(e, "%llu does not fit the tile index's %d bytes",
                             (unsigned long long)v, a->bytes);
            for (int k = 0; k < a->bytes; k++)
                *at++ = (unsigned char)(v >> (8 * k));
        }
        if (ok && !write_whole(fd, bytes, (size_t)(at - bytes),
                               a->at + (uint64_t)first * (uint64_t)a->bytes))
            ok = err_errno(e, "the tile index cannot be written");
    }
    free(bytes);
    return ok;
}

bool tile_index_write(const struct tile_index *t, int fd, int64_t n_tiles, const uint64_t *offsets,
                      const uint32_t *sizes, struct err *e)
{
    return write_array(&t->offsets, fd, n_tiles, offsets, NULL, e) &&
           write_array(&t->sizes, fd, n_tiles, NULL, sizes, e);
}
