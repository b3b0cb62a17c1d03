/* path_list.h - the files that a user means by names, patterns and lists.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_PATH_LIST_H
#define BASE_PATH_LIST_H

#include "base/err.h"

struct path_list {
    char **item;
    int n;
};

/* The paths that the words stand for, in their order: `@FILE` for those in a file, one a line
 * (empty lines and those that begin with # are passed over); a word with *, ? or [ that is no file
 * itself for all files that match, sorted by their bytes; any other for itself. `who` is named in
 * messages. To be freed with path_list_free, also after a failure. Fails, with err_usage naming the
 * word, if a pattern or a list has no files, or naming a list that cannot be read. */
bool path_list_read(struct path_list *out, const char *who, int n_words, const char *const *words,
                    struct err *e) MUST_CHECK;
void path_list_free(struct path_list *l);

#endif
