/* ghost.c - the words by which a Cloud Optimized GeoTIFF says how its data lie.
 *
 * After GDAL's description of the format (docs: COG driver, "Header ghost area"). The last byte is
 * free for the YES of a later edition.
 * SPDX-License-Identifier: MIT */
#include "ghost.h"

#include "base/memory.h"

#include "whole_io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tiff.h>

static const char words[] = "LAYOUT=IFDS_BEFORE_DATA\n"
                            "BLOCK_ORDER=ROW_MAJOR\n"
                            "BLOCK_LEADER=SIZE_AS_UINT4\n"
                            "BLOCK_TRAILER=LAST_4_BYTES_REPEATED\n"
                            "KNOWN_INCOMPATIBLE_EDITION=NO\n ";
static const char mask_words[] = "MASK_INTERLEAVED_WITH_IMAGERY=YES\n";

struct tiff {
    unsigned char *bytes;
    uint64_t size, shift;
    bool big;
};

static uint64_t get(const struct tiff *t, uint64_t at, int n)
{
    uint64_t v = 0;

    for (int i = 0; i < n; i++)
        v |= (uint64_t)t->bytes[at + (uint64_t)i] << (8 * i);
    return v;
}

/* Adds the shift to an offset that is stored there; the old one. */
static uint64_t move(struct tiff *t, uint64_t at)
{
    const int word = t->big ? 8 : 4;
    const uint64_t old = get(t, at, word), moved = old ? old + t->shift : 0;

    for (int i = 0; i < word; i++)
        t->bytes[at + (uint64_t)i] = (unsigned char)(moved >> (8 * i));
    return old;
}

static uint64_t value_bytes(uint64_t type, uint64_t count)
{
    static const uint64_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

    return type < sizeof sizes / sizeof sizes[0] ? sizes[type] * count : 0;
}

/* Moves what one directory points at; the offset of the next, or 0. *ok is cleared when it does not
 * lie in the file. */
static uint64_t move_directory(struct tiff *t, uint64_t at, bool *ok)
{
    const uint64_t word = t->big ? 8 : 4, entry_bytes = t->big ? 20 : 12;
    const uint64_t counter = t->big ? 8 : 2;

    *ok = at + counter <= t->size;
    const uint64_t n = *ok ? get(t, at, (int)counter) : 0;
    const uint64_t entries = at + counter;
    *ok = *ok && n <= UINT16_MAX && entries + n * entry_bytes + word <= t->size;
    for (uint64_t i = 0; *ok && i < n; i++) {
        const uint64_t entry = entries + i * entry_bytes;
        const uint64_t type = get(t, entry + 2, 2), count = get(t, entry + 4, (int)word);
        if (value_bytes(type, count) > word)
            move(t, entry + 4 + word);
    }
    return *ok ? move(t, entries + n * entry_bytes) : 0;
}

static bool move_all(struct tiff *t)
{
    bool ok = t->size >= 16 && get(t, 0, 2) == TIFF_LITTLEENDIAN;

    t->big = ok && get(t, 2, 2) == TIFF_VERSION_BIG;
    for (uint64_t at = ok ? move(t, t->big ? 8 : 4) : 0; ok && at != 0;)
        at = move_directory(t, at, &ok);
    return ok;
}

static bool write_moved(const struct tiff *t, int fd, const char *ghost)
{
    const uint64_t header = t->big ? 16 : 8;
    char padded[512] = {0};

    memcpy(padded, ghost, strlen(ghost) + 1);
    return write_whole(fd, t->bytes + header, t->size - header, header + t->shift) &&
           write_whole(fd, padded, t->shift, header) && write_whole(fd, t->bytes, header, 0);
}

bool ghost_insert(int fd, bool mask, struct err *e)
{
    struct stat st;
    char ghost[sizeof words + sizeof mask_words + 64];
    const char *also = mask ? mask_words : "";
    struct tiff t = {0};

    if (fstat(fd, &st) != 0)
        return err_errno(e, "its header cannot be read");
    snprintf(ghost, sizeof ghost, "GDAL_STRUCTURAL_METADATA_SIZE=%06zu bytes\n%s%s",
             strlen(words) + strlen(also), words, also);
    t.size = (uint64_t)st.st_size;
    t.shift = (strlen(ghost) + 1) / 2 * 2;
    t.bytes = memory_raw(1, t.size, e);
    if (!t.bytes)
        return false;
    bool ok = (read_whole(fd, t.bytes, t.size, 0) == (ssize_t)t.size && move_all(&t)) ||
              err_set(e, "its header is not what GDAL writes");
    ok = ok && (write_moved(&t, fd, ghost) || err_errno(e, "its header cannot be written"));
    free(t.bytes);
    return ok;
}
