/* output.h - a GeoTIFF being written: GDAL makes the header, blobs are appended, the tile index is
 * patched at the end.
 *
 * Everything goes to PATH.part; the name PATH appears in output_finish, complete and synced.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_OUTPUT_H
#define RASTER_OUTPUT_H

#include "raster/bulk.h"
#include "raster/overviews.h"
#include "raster/scene.h"

#include "base/memory.h"
#include "raster/scratch.h"

/* GDAL's own tiles are 256 x 256: too little work for one message. */
enum { OUTPUT_TILE = 512 };

/* The metadata item in which a part of a scene says where it belongs. */
#define OUTPUT_PLACE_ITEM "TILERY_PART"

struct output_options {
    const char *path;
    struct text_list creation_options; /* K=V, as GDAL's GTiff driver names them */
    bool has_nodata;                   /* else the scene's is kept where the type can hold it */
    double nodata;
    int tile_side; /* of tiles whose size the creation options leave open; 0: OUTPUT_TILE */
    bool overwrite;
    bool may_have_gaps;     /* tiles may be left out, whatever SPARSE_OK says */
    bool continues;         /* the scene is a temporary one: its nodata value is of no meaning, and
                               its source is the output's */
    bool resumes;           /* PATH.part is there already, and is gone on with */
    bool cog;               /* a Cloud Optimized GeoTIFF */
    int resampling;         /* of overviews: enum halving; -1: there are none */
    int n_overviews;        /* 0: until one fits into a tile */
    enum direct_io direct;  /* how blobs are written */
    const char *provenance; /* the pipeline as text, for the metadata */
    const char *place;      /* of a part among others, for that too; NULL: none */
};

/* What a band of the output was in a scene, and what of that still holds. */
struct output_band {
    const struct scene *scene; /* NULL: it is a new one */
    int band;
    char colour;       /* a letter of "rgbahsv"; 0: that of the scene's band */
    bool keeps_values; /* scale, offset, unit and colour table are those of the scene's band */
};

/* How the output's grid lies in the scene's, and what its bands are. */
struct output_grid {
    struct affine to_scene; /* the place of the output's pixels */
    const struct output_band *bands;
};

struct output; /* opaque */

/* Whether a pixel type can hold the value as nodata. */
bool output_holds_nodata(enum pixel_type type, double v);

/* What the file will look like, before anything is touched: type, bands and size are the output's.
 * Checks the creation options against the GTiff driver's list (err_usage, with the nearest name)
 * and the path (exists without overwrite; directory missing or not writable; not a regular
 * file). */
bool output_check(const struct output_options *options, enum pixel_type type, int bands,
                  int64_t width, int64_t height, struct layout *layout, struct err *e) MUST_CHECK;

/* Creates PATH.part, or with `resumes` takes the one that is there and writes its head anew,
 * with all metadata of the scene that survives (DESIGN.md promise 8), and no tiles. Fails naming
 * path and reason; then there is no PATH.part. */
bool output_create(struct output **out, const struct output_options *options, struct scene *scene,
                   const struct output_grid *grid, const struct overviews *levels,
                   struct err *e) MUST_CHECK;

/* Of the output itself; of all its levels. */
const struct layout *output_layout(const struct output *o);
const struct overviews *output_overviews(const struct output *o);

/* Whether tiles may be left out: blobs of size 0. */
bool output_leaves_out(const struct output *o);

/* What encoders of tiles need, appended to *template_bytes; the same for tiles of masks. */
bool output_template(const struct output *o, struct buffer *template_bytes,
                     struct err *e) MUST_CHECK;
bool output_mask_template(const struct output *o, struct buffer *template_bytes,
                          struct err *e) MUST_CHECK;

/* Appends n_blobs blobs that lie one after the other at `bytes`, the first `index[0]` of sizes[0]
 * bytes and so on. Size 0 is for a tile that is not stored, where encoders leave tiles out. Each
 * index is written once. Fails naming the path (disk full …). */
bool output_append(struct output *o, int n_blobs, const int64_t *index, const size_t *sizes,
                   const void *bytes, struct err *e) MUST_CHECK;

/* Keeps a place for blob `index`, to be written by a rank, at the next multiple of align (1: right
 * behind the last one); at 0 if its size is 0. Each index is placed or appended once. Fails if the
 * file would be too large. */
bool output_place(struct output *o, int64_t index, uint32_t size, uint64_t align, uint64_t *at,
                  struct err *e) MUST_CHECK;

/* Writes a blob to the place that is kept for it. Fails naming the path. */
bool output_put(struct output *o, int64_t index, const void *bytes, struct err *e) MUST_CHECK;

/* Of a blob that is in a scratch file (overviews_later): its size is known. Each is noted once.
 * Fails if there is no such blob. */
bool output_note(struct output *o, int64_t blob, uint32_t size, struct err *e) MUST_CHECK;

/* When all are noted: gives them their places, in the order of a COG or behind the tiles. A tile of
 * a mask follows that of its pixels. Fails if the file would be too large. */
bool output_lay_out(struct output *o, struct err *e) MUST_CHECK;

/* Where each blob of all levels goes; borrowed. */
const uint64_t *output_places(const struct output *o);

/* scratch_copy into the output. */
bool output_copy(struct output *o, struct scratch *s, struct err *e) MUST_CHECK;

/* PATH.part, borrowed. */
const char *output_part(const struct output *o);

/* Patches the tile index and syncs: PATH.part is now the whole output. Fails if a blob is
 * missing, or naming the path. */
bool output_complete(struct output *o, struct err *e) MUST_CHECK;

/* Renames PATH.part to PATH, syncs the directory. Fails naming the path; then nothing of the
 * name PATH has changed. output_leave frees o. */
bool output_publish(struct output *o, struct err *e) MUST_CHECK;

/* Frees o; PATH.part is removed, or stays for a run that resumes. NULL is allowed. */
void output_abandon(struct output *o);
void output_leave(struct output *o);

/* --- going on with an earlier run's part */

/* Right after output_create: bytes of the head, which come before all blobs. */
uint64_t output_head_bytes(const struct output *o);

/* Bytes of a blob whose place is known; 0: it is not stored. */
uint32_t output_size(const struct output *o, int64_t blob);

/* Reads n bytes of PATH.part; false if it has not so many. */
bool output_fetch(const struct output *o, uint64_t at, void *out, size_t n);

/* A blob of the output is at that place already; size 0: it is left out. Fails if there can be
 * none. */
bool output_restore(struct output *o, int64_t index, uint64_t at, uint32_t size,
                    struct err *e) MUST_CHECK;

/* When all such blobs are restored: what is behind them is cut off. */
bool output_cut(struct output *o, struct err *e) MUST_CHECK;

int output_fd(const struct output *o);

#endif
