/* reducer.c - the reducers there are, and their arguments.
 * SPDX-License-Identifier: MIT */
#include "ops/reducer.h"

#include "ops/words.h"

#include <stdlib.h>
#include <string.h>

#define REDUCER(name) extern const struct reducer reducer_##name;
#include "ops/reducers.h"
#undef REDUCER

static const struct reducer *find(const char *name)
{
    static const struct reducer *const all[] = {
#define REDUCER(name) &reducer_##name,
#include "ops/reducers.h"
#undef REDUCER
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

static bool read_args(struct reducing *r, struct err *e)
{
    struct word_list l;
    bool ok = word_list_new(&l, &r->words, e);

    if (ok) {
        r->how = find(l.name);
        ok = r->how != NULL || err_set(e, "there is no reducer '%s' (a defect)", l.name);
    }
    if (ok)
        r->args = memory_new(1, r->how->args_size, e);
    ok = ok && r->args &&
         params_read(r->how->name, r->how->params, l.n_args, l.args, r->args, NULL, e);
    word_list_free(&l);
    return ok;
}

bool reducing_new(struct reducing *out, const struct buffer *words, struct err *e)
{
    *out = (struct reducing){0};
    return buffer_append(&out->words, words->data, words->size, e) && read_args(out, e);
}

void reducing_free(struct reducing *r)
{
    if (r->args)
        params_free(r->how->params, r->args, NULL);
    free(r->args);
    buffer_free(&r->words);
    *r = (struct reducing){0};
}

size_t reducing_part_bytes(const struct reducing *r, struct format scene, struct region chunk)
{
    return r->how->part_bytes ? r->how->part_bytes(r->args, scene, chunk)
                              : r->how->bytes(r->args, scene);
}
