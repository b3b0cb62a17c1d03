/* endpoints.h - the two ends of a pipeline, read from their steps: `read` and `write`.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_ENDPOINTS_H
#define JOB_ENDPOINTS_H

#include "pipeline/parse.h"
#include "raster/output.h"
#include "raster/scene.h"

/* Their parameters. */
extern const struct param source_params[], split_params[], table_params[];

/* `split` takes what `write` does, behind some of its own. */
enum { SPLIT_OWN = 3 };
#define sink_params (split_params + SPLIT_OWN)

struct endpoints {
    struct scene_options source;
    bool use_overviews;
    struct output_options sink; /* provenance is an owned text */
    const char *driver;         /* of an output that is an image, as GDAL names it; NULL: GeoTIFF */
    int sink_type;              /* enum pixel_type of --ot; PX_SAME: the pipeline's */
    char *provenance;
};

/* Reads and checks both ends, before any file is touched; of a sink that is not `write`, nothing. To be freed
 * with endpoints_free, also after a failure. Fails with err_usage naming the step and the
 * remedy. */
bool endpoints_read(struct endpoints *out, const struct pipeline *p, struct err *e) MUST_CHECK;

/* Of the sink alone. */
bool endpoints_read_sink(struct endpoints *out, const struct pipeline *p, struct err *e) MUST_CHECK;

/* Of a source that takes several scenes, its options; *paths are those it names, to be freed with
 * params_free. Fails as endpoints_read. */
bool endpoints_read_source(struct endpoints *out, const struct step *step,
                           struct positionals *paths, struct err *e) MUST_CHECK;
void endpoints_free(struct endpoints *p);

/* The sink `split`; of rows, columns and tile those that are not given are 0. */
struct split_step {
    const char *pattern;
    int rows, columns;
    struct size2 tile;
    bool overwrite;
    const char **args; /* of `write` for a part, behind its path */
    int n_args;
};

/* To be freed with endpoints_free_split, also after a failure. */
bool endpoints_read_split(struct split_step *out, const struct step *step,
                          struct err *e) MUST_CHECK;
void endpoints_free_split(struct split_step *s);

#endif
