/* output.c - a GeoTIFF being written.
 * SPDX-License-Identifier: MIT */
#include "raster/output.h"

#include "base/text.h"

#include "creation.h"
#include "ghost.h"
#include "metadata.h"
#include "output_files.h"
#include "skeleton.h"
#include "tile_index.h"
#include "whole_io.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
    char *path, *part;
    bool overwrite, gaps; /* gaps: tiles may be left out */
    int fd;
    struct bulk bulk;
    struct overviews levels;
    struct creation creation;
    struct tile_index index[2 * LEVELS_MOST];
    uint64_t end;      /* where the next blob goes */
    uint64_t *offsets; /* UNSETTLED, or of the blob; 0: it is not stored, or not placed yet */
    uint32_t *sizes;
    double absent; /* the value of pixels that are not stored */
};

static const uint64_t UNSETTLED = UINT64_MAX;

bool output_check(const struct output_options *options, enum pixel_type type, int bands,
                  int64_t width, int64_t height, struct layout *layout, struct err *e)
{
    const int side = options->tile_side ? options->tile_side : OUTPUT_TILE;
    struct layout l = {
        .width = width,
        .height = height,
        .type = type,
        .bands = bands,
        .tile_width = side,
        .tile_height = side,
    };
    struct creation c;

    if (width < 1 || height < 1 || bands < 1 || width > INT32_MAX || height > INT32_MAX ||
        bands > UINT16_MAX)
        return err_usage(e, "%s: a TIFF cannot have %lld x %lld pixels in %d bands", options->path,
                         (long long)width, (long long)height, bands);
    bool ok = creation_read(&c, &options->creation_options, &l, e);
    creation_free(&c);
    if (!ok)
        return err_context(e, "%s", options->path);
    if (options->has_nodata && !output_holds_nodata(type, options->nodata))
        return err_usage(e, "%s: its pixels are %s, which cannot hold the nodata value %.17g",
                         options->path, pixel_name(type), options->nodata);
    if (!output_files_check(options->path, options->overwrite, e))
        return false;
    *layout = l;
    return true;
}

static bool set_names(struct output *o, const char *path, struct err *e)
{
    o->path = text_join(path, "", e);
    o->part = o->path ? text_join(path, ".part", e) : NULL;
    return o->part != NULL;
}

/* GDAL's order: the output, its mask, the overviews, their masks. */
static int directory_of(const struct overviews *l, int level)
{
    if (level == 0 || !l->mask)
        return level;
    return level == overviews_mask(l, 0) ? 1 : overviews_is_mask(l, level) ? level : level + 1;
}

/* Whether the name is still that of the file that is written. */
static bool is_named(const struct output *o, struct err *e)
{
    struct stat st, named;

    if (fstat(o->fd, &st) != 0 || lstat(o->part, &named) != 0)
        return err_errno(e, "%s", o->part);
    return (st.st_ino == named.st_ino && st.st_dev == named.st_dev) ||
           err_set(e, "%s: was replaced while it was written", o->part);
}

/* After GDAL has written its part of the file. */
static bool find_index(struct output *o, const char *name, struct err *e)
{
    struct stat st;
    const int64_t n = overviews_blobs(&o->levels);

    if (o->levels.cog && !ghost_insert(o->fd, o->levels.mask, e))
        return err_context(e, "%s", name);
    if (fstat(o->fd, &st) != 0)
        return err_errno(e, "%s", name);
    o->end = (uint64_t)st.st_size;
    if (o->creation.raw && !o->levels.cog) /* then tiles are whole blocks, as a rule */
        o->end = (o->end + BULK_BLOCK - 1) / BULK_BLOCK * BULK_BLOCK;
    if (ftruncate(o->fd, (off_t)o->end) != 0)
        return err_errno(e, "%s", name);
    for (int k = 0; k < overviews_levels(&o->levels); k++)
        if (!tile_index_find(&o->index[k], o->fd, directory_of(&o->levels, k),
                             layout_blobs(&o->levels.level[k]), e))
            return err_context(e, "%s", name);
    o->offsets = memory_new((size_t)n, sizeof *o->offsets, e);
    o->sizes = memory_new((size_t)n, sizeof *o->sizes, e);
    for (int64_t i = 0; o->offsets && i < n; i++)
        o->offsets[i] = UNSETTLED;
    return o->offsets && o->sizes;
}

/* A new file of that name with all but the blobs, open in o->fd. */
static bool make_head(struct output *o, const char *name, const struct output_options *options,
                      struct scene *scene, const struct output_grid *grid, struct err *e)
{
    return output_files_begin(name, &o->fd, e) &&
           (skeleton_write(o->fd, options, &o->creation, scene, grid, &o->levels, e) ||
            err_context(e, "%s", name)) &&
           find_index(o, name, e);
}

/* Writes the head into the .part file that is there, which takes the place of the new one. */
static bool take_over(struct output *o, struct err *e)
{
    enum { PIECE = 1 << 20 };
    const int from = o->fd;
    unsigned char *bytes = memory_raw(1, PIECE, e);
    bool ok = bytes && output_files_reopen(o->part, &o->fd, e);

    for (uint64_t at = 0; ok && at < o->end; at += PIECE) {
        const size_t n = o->end - at < PIECE ? (size_t)(o->end - at) : PIECE;
        ok = read_whole(from, bytes, n, at) == (ssize_t)n ||
             err_errno(e, "%s: its new head cannot be read", o->part);
        ok = ok && (write_whole(o->fd, bytes, n, at) ||
                    err_errno(e, "%s: its head cannot be written", o->part));
    }
    if (o->fd != from)
        close(from);
    free(bytes);
    return ok;
}

static bool make_part(struct output *o, const struct output_options *options, struct scene *scene,
                      const struct output_grid *grid, struct err *e)
{
    if (!options->resumes)
        return make_head(o, o->part, options, scene, grid, e);
    char *name = text_join(o->part, ".head", e);
    if (!name)
        return false;
    bool ok = make_head(o, name, options, scene, grid, e);
    if (o->fd >= 0)
        unlink(name);
    ok = ok && take_over(o, e);
    free(name);
    return ok;
}

bool output_create(struct output **out, const struct output_options *options, struct scene *scene,
                   const struct output_grid *grid, const struct overviews *levels, struct err *e)
{
    struct output *o = memory_new(1, sizeof *o, e);

    if (!o)
        return false;
    o->fd = -1;
    o->levels = *levels;
    o->overwrite = options->overwrite;
    struct layout layout = levels->level[0];
    o->gaps = options->may_have_gaps;
    const bool ok = set_names(o, options->path, e) &&
                    creation_read(&o->creation, &options->creation_options, &layout, e) &&
                    output_files_check(o->path, o->overwrite, e) &&
                    make_part(o, options, scene, grid, e);
    o->gaps |= o->creation.sparse;
    if (ok && !metadata_nodata(scene, options, levels->level[0].type, &o->absent))
        o->absent = 0;
    o->bulk = bulk_begin(o->fd, options->direct);
    if (ok)
        *out = o;
    else if (options->resumes)
        output_leave(o);
    else
        output_abandon(o);
    return ok;
}

const struct layout *output_layout(const struct output *o)
{
    return &o->levels.level[0];
}

const struct overviews *output_overviews(const struct output *o)
{
    return &o->levels;
}

bool output_leaves_out(const struct output *o)
{
    return o->gaps;
}

bool output_template(const struct output *o, struct buffer *template_bytes, struct err *e)
{
    return skeleton_template(&o->creation, &o->levels.level[0], o->absent, template_bytes, e);
}

bool output_mask_template(const struct output *o, struct buffer *template_bytes, struct err *e)
{
    return skeleton_mask_template(&o->creation, &o->levels.level[0], template_bytes, e);
}

static bool too_large(const struct output *o, struct err *e)
{
    return err_set(e, "%s: passes 4 GiB, where classic TIFF ends; use --co BIGTIFF=YES", o->path);
}

bool output_append(struct output *o, int n_blobs, const int64_t *index, const size_t *sizes,
                   const void *bytes, struct err *e)
{
    uint64_t n = 0;

    for (int i = 0; i < n_blobs; i++) {
        assert(index[i] >= 0 && index[i] < layout_blobs(&o->levels.level[0]) &&
               (sizes[i] > 0 || o->gaps) && sizes[i] <= UINT32_MAX &&
               o->offsets[index[i]] == UNSETTLED);
        o->offsets[index[i]] = sizes[i] > 0 ? o->end + n : 0;
        o->sizes[index[i]] = (uint32_t)sizes[i];
        n += sizes[i];
    }
    if (o->end + n > tile_index_highest(&o->index[0]))
        return too_large(o, e);
    if (!bulk_write(&o->bulk, bytes, n, o->end))
        return err_errno(e, "%s: cannot write %llu bytes at offset %llu", o->part,
                         (unsigned long long)n, (unsigned long long)o->end);
    o->end += n;
    return true;
}

bool output_place(struct output *o, int64_t index, uint32_t size, uint64_t align, uint64_t *at,
                  struct err *e)
{
    assert(index >= 0 && index < layout_blobs(&o->levels.level[0]) && (size > 0 || o->gaps) &&
           o->offsets[index] == UNSETTLED);
    if (size == 0) {
        o->offsets[index] = *at = 0;
        return true;
    }
    *at = (o->end + align - 1) / align * align;
    if (*at + size > tile_index_highest(&o->index[0]))
        return too_large(o, e);
    o->offsets[index] = *at;
    o->sizes[index] = size;
    o->end = *at + size;
    return true;
}

bool output_put(struct output *o, int64_t index, const void *bytes, struct err *e)
{
    const uint64_t at = o->offsets[index];
    const uint32_t n = o->sizes[index];

    return bulk_write(&o->bulk, bytes, n, at) ||
           err_errno(e, "%s: cannot write %u bytes at offset %llu", o->part, (unsigned)n,
                     (unsigned long long)at);
}

const char *output_part(const struct output *o)
{
    return o->part;
}

bool output_note(struct output *o, int64_t blob, uint32_t size, struct err *e)
{
    if (blob < 0 || blob >= overviews_blobs(&o->levels) || o->offsets[blob] != UNSETTLED ||
        (size == 0 && !o->gaps))
        return err_set(e, "%s: blob %lld is not to be had, or came twice (a defect)", o->path,
                       (long long)blob);
    o->offsets[blob] = 0;
    o->sizes[blob] = size;
    return true;
}

/* The next place, for a blob that has none yet. In a COG each blob is in a frame (scratch.h). */
static void lay_out_one(struct output *o, int64_t blob)
{
    enum { FRAME = 4 };
    const uint64_t frame = o->levels.cog ? FRAME : 0;

    if (!overviews_later(&o->levels, blob) || o->sizes[blob] == 0)
        return; /* it has one, is not stored, or missing: check_complete will tell */
    o->offsets[blob] = o->end + frame;
    o->end += frame + o->sizes[blob] + frame;
}

/* A COG has its smallest overview first and the output itself last. */
bool output_lay_out(struct output *o, struct err *e)
{
    const struct overviews *l = &o->levels;

    for (int i = 0; i <= l->n; i++) {
        const int level = l->cog ? l->n - i : i, mask = overviews_mask(l, level);
        const int64_t n_masks = l->mask ? layout_blobs(&l->level[mask]) : 0;
        for (int64_t k = 0; k < layout_blobs(&l->level[level]); k++) {
            lay_out_one(o, l->first[level] + k);
            if (k < n_masks)
                lay_out_one(o, l->first[mask] + k);
        }
    }
    return o->end <= tile_index_highest(&o->index[0]) || too_large(o, e);
}

const uint64_t *output_places(const struct output *o)
{
    return o->offsets;
}

bool output_copy(struct output *o, struct scratch *s, struct err *e)
{
    return scratch_copy(s, &o->bulk, o->part, o->offsets, o->levels.cog, e);
}

static bool check_complete(const struct output *o, struct err *e)
{
    int64_t n = overviews_blobs(&o->levels), missing = 0, first = -1;

    for (int64_t i = 0; i < n; i++)
        if (o->offsets[i] == UNSETTLED) {
            missing++;
            first = first < 0 ? i : first;
        }
    return missing == 0 ||
           err_set(e, "%s: %lld of %lld tiles were never written, number %lld first", o->path,
                   (long long)missing, (long long)n, (long long)first);
}

bool output_complete(struct output *o, struct err *e)
{
    if (!check_complete(o, e))
        return false;
    for (int k = 0; k < overviews_levels(&o->levels); k++) {
        const int64_t first = o->levels.first[k], n = o->levels.first[k + 1] - first;
        if (!tile_index_write(&o->index[k], o->fd, n, o->offsets + first, o->sizes + first, e))
            return err_context(e, "%s", o->part);
    }
    if (fsync(o->fd) != 0)
        return err_errno(e, "%s: cannot be synced", o->part);
    return true;
}

bool output_publish(struct output *o, struct err *e)
{
    return is_named(o, e) && output_files_finish(o->part, o->path, o->overwrite, e);
}

void output_leave(struct output *o)
{
    if (!o)
        return;
    bulk_end(&o->bulk);
    if (o->fd >= 0)
        close(o->fd);
    creation_free(&o->creation);
    free(o->offsets);
    free(o->sizes);
    free(o->path);
    free(o->part);
    free(o);
}

void output_abandon(struct output *o)
{
    if (o && o->fd >= 0) /* else the file is not ours */
        unlink(o->part);
    output_leave(o);
}

/* --- going on with an earlier run's part ------------------------------------------------------ */

uint64_t output_head_bytes(const struct output *o)
{
    return o->end;
}

uint32_t output_size(const struct output *o, int64_t blob)
{
    return o->offsets[blob] > 0 ? o->sizes[blob] : 0;
}

int output_fd(const struct output *o)
{
    return o->fd;
}

bool output_fetch(const struct output *o, uint64_t at, void *out, size_t n)
{
    return at <= INT64_MAX - n && read_whole(o->fd, out, n, at) == (ssize_t)n;
}

bool output_restore(struct output *o, int64_t index, uint64_t at, uint32_t size, struct err *e)
{
    uint64_t end;

    if (index < 0 || index >= layout_blobs(&o->levels.level[0]) || o->offsets[index] != UNSETTLED ||
        (size == 0 && !o->gaps) || __builtin_add_overflow(at, size, &end))
        return err_set(e, "%s: its journal is of another file", o->part);
    o->offsets[index] = size > 0 ? at : 0;
    o->sizes[index] = size;
    if (size > 0 && end > o->end)
        o->end = end;
    return true;
}

bool output_cut(struct output *o, struct err *e)
{
    return ftruncate(o->fd, (off_t)o->end) == 0 || err_errno(e, "%s: cannot be cut", o->part);
}
