/* stats_report.h - the statistics of a scene as text to read and as JSON.
 * SPDX-License-Identifier: MIT */
#ifndef REPORT_STATS_REPORT_H
#define REPORT_STATS_REPORT_H

#include "base/memory.h"
#include "base/scene_kinds.h"
#include "ops/stats.h"

/* Where the middle of a pixel lies. */
struct stats_place {
    bool has_map, has_degrees;
    double map_x, map_y, lon, lat;
};

/* What is said beside the numbers. Everything is borrowed. */
struct stats_about {
    const char *scene, *ops; /* its path; the ops as the user wrote them, or "" */
    const char *crs;         /* NULL: there is none */
    const double *transform; /* six numbers, as GDAL's; NULL: there are none */
    struct stats_place (*place)(const void *ctx, int64_t x, int64_t y);
    const void *ctx;
};

/* Append to *out, without a NUL. Fail for memory. */
bool stats_text(struct buffer *out, const struct stats *s, const struct stats_about *about,
                struct err *e) MUST_CHECK;
bool stats_json(struct buffer *out, const struct stats *s, const struct stats_about *about,
                struct err *e) MUST_CHECK;

/* The same of many scenes, from the texts of each (with a NUL; NULL: there is none), and how many are
 * of which kind. */
bool stats_json_many(struct buffer *out, const char *const *jsons, int n,
                     const struct scene_kind *kinds, int n_kinds, struct err *e) MUST_CHECK;

/* Whether the file of --json can be written one day, and its writing (json_file.h). */
bool stats_json_check(const char *path, struct err *e) MUST_CHECK;
bool stats_json_write(const char *path, const struct buffer *json, struct err *e) MUST_CHECK;

#endif
