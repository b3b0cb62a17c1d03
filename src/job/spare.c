/* spare.c - what a job writes is none of the scenes that it reads.
 * SPDX-License-Identifier: MIT */
#include "spare.h"

#include "endpoints.h"

#include "base/path_list.h"
#include "base/same_file.h"

#include <string.h>
#include <sys/stat.h>

/* Fails if the file is there, and is one of the scenes. */
static bool spare_one(const char *option, const char *path, const char *const *scenes, int n,
                      struct err *e)
{
    struct stat st;

    if (!path || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return true;
    for (int i = 0; i < n; i++)
        if (same_file(path, scenes[i]))
            return err_usage(e, "%s%s: would be written, and is the scene's own file", option,
                             path);
    return true;
}

bool spare_scenes(const struct job_options *options, const char *const *scenes, int n,
                  bool with_output, struct err *e)
{
    const struct pipeline *p = options->pipeline;
    const struct step *sink = &p->steps[p->n_steps - 1];
    const int output = job_path_of(sink);

    if (!spare_one("--report=", options->report, scenes, n, e) ||
        !spare_one("--trace=", options->trace, scenes, n, e))
        return false;
    for (int i = 0; i < sink->n_args; i++) {
        const char *equals = strchr(sink->args[i], '=');
        const char *value = equals ? equals + 1 : sink->args[i];
        if ((i != output || with_output) && !spare_one("", value, scenes, n, e))
            return false;
    }
    return true;
}

bool spare_sources(const struct job_options *options, struct err *e)
{
    const struct step *source = &options->pipeline->steps[0];
    struct endpoints ends = {0};
    struct positionals words = {0};
    struct path_list paths = {0};

    if (job_kind_find(job_sources, source->name)->params != source_params)
        return true;
    bool ok = endpoints_read_source(&ends, source, &words, e);
    if (ok && strcmp(source->name, "read") == 0)
        ok = spare_scenes(options, words.item, words.n, false, e);
    else if (ok)
        ok = path_list_read(&paths, source->name, words.n, words.item, e) &&
             spare_scenes(options, (const char *const *)paths.item, paths.n,
                          strcmp(source->name, "stack") == 0, e);
    path_list_free(&paths);
    params_free(NULL, NULL, &words);
    endpoints_free(&ends);
    return ok;
}
