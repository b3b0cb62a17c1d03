/* tile_cache.c - which of the scene's blobs a worker holds.
 * SPDX-License-Identifier: MIT */
#include "job/tile_cache.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Searches are linear: more tiles than this would cost more time than they save. */
enum { TILES_MOST = 1024 };

bool tile_cache_new(struct tile_cache *c, size_t most_bytes, size_t row_bytes, int tile_rows,
                    struct err *e)
{
    *c = (struct tile_cache){
        .tile = memory_new(TILES_MOST, sizeof *c->tile, e),
        .capacity = TILES_MOST,
        .most_bytes = most_bytes,
        .row_bytes = row_bytes,
        .tile_rows = tile_rows,
    };
    return c->tile != NULL;
}

static size_t cost(const struct tile_cache *c, const struct held_tile *t)
{
    return (size_t)t->rows * c->row_bytes + (t->rows < c->tile_rows ? t->blob_bytes : 0);
}

static void drop(struct tile_cache *c, int at)
{
    c->bytes -= cost(c, &c->tile[at]);
    /* The analyzer forgets that n has gone down when the last of the tiles was dropped before. */
    free(c->tile[at].blob); /* NOLINT(clang-analyzer-unix.Malloc) */
    free(c->tile[at].pixels);
    c->tile[at] = c->tile[--c->n];
}

void tile_cache_forget(struct tile_cache *c)
{
    for (int i = 0; i < c->n; i++) {
        free(c->tile[i].blob);
        free(c->tile[i].pixels);
    }
    c->n = 0;
    c->bytes = 0;
}

void tile_cache_free(struct tile_cache *c)
{
    tile_cache_forget(c);
    free(c->tile);
    *c = (struct tile_cache){0};
}

static int oldest(const struct tile_cache *c)
{
    int at = 0;

    for (int i = 1; i < c->n; i++)
        if (c->tile[i].used < c->tile[at].used)
            at = i;
    return at;
}

static int find(const struct tile_cache *c, int64_t index)
{
    for (int i = 0; i < c->n; i++)
        if (c->tile[i].index == index)
            return i;
    return -1;
}

struct held_tile *tile_cache_use(struct tile_cache *c, int64_t index, int rows, size_t blob_bytes,
                                 bool *held, int *rows_before)
{
    int at = find(c, index);
    struct held_tile now = {.index = index, .blob_bytes = blob_bytes};

    *held = at >= 0;
    if (*held) { /* taken out, so that it is not dropped to make room for itself */
        now = c->tile[at];
        c->bytes -= cost(c, &now);
        c->tile[at] = c->tile[--c->n];
    }
    *rows_before = now.rows;
    now.rows = rows > now.rows ? rows : now.rows;
    now.used = ++c->clock;
    while (c->n > 0 && (c->n == c->capacity || c->bytes + cost(c, &now) > c->most_bytes))
        drop(c, oldest(c));
    c->bytes += cost(c, &now);
    c->tile[c->n] = now;
    return &c->tile[c->n++];
}
