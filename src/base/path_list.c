/* path_list.c - the files that a user means by names, patterns and lists.
 * SPDX-License-Identifier: MIT */
#include "base/path_list.h"

#include "base/memory.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool append(struct path_list *l, const char *path, struct err *e)
{
    if (l->n == INT_MAX - 1)
        return err_set(e, "more than %d files", INT_MAX - 1);
    if ((l->n & (l->n - 1)) == 0) { /* full at each power of two */
        char **grown = realloc(l->item, (size_t)(l->n ? 2 * l->n : 1) * sizeof *grown);
        if (!grown)
            return err_set(e, "out of memory: a list of %d files was wanted", l->n + 1);
        l->item = grown;
    }
    l->item[l->n] = strdup(path);
    if (!l->item[l->n])
        return err_set(e, "out of memory: a copy of '%s' was wanted", path);
    l->n++;
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool append_matches(struct path_list *l, const char *who, const char *pattern, struct err *e)
{
    glob_t found = {0};
    const int status = glob(pattern, GLOB_NOSORT, NULL, &found);
    bool ok = true;

    if (status == GLOB_NOSPACE)
        ok = err_set(e, "out of memory: the files of '%s' were wanted", pattern);
    else if (status != 0)
        ok = err_usage(e, "%s: no file matches '%s'", who, pattern);
    else
        qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_bytes);
    for (size_t i = 0; ok && i < found.gl_pathc; i++)
        ok = append(l, found.gl_pathv[i], e);
    globfree(&found);
    return ok;
}

static bool append_word(struct path_list *l, const char *who, const char *word, struct err *e)
{
    if (strpbrk(word, "*?[") && access(word, F_OK) != 0)
        return append_matches(l, who, word, e);
    return append(l, word, e);
}

/* Takes a line as it is: no pattern, no list. */
static bool append_line(struct path_list *l, char *line, struct err *e)
{
    size_t n = strcspn(line, "\r\n");

    line[n] = '\0';
    return n == 0 || line[0] == '#' || append(l, line, e);
}

static bool append_list(struct path_list *l, const char *who, const char *path, struct err *e)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    const int before = l->n;
    bool ok = true;

    if (!file)
        return err_errno(e, "%s: the list %s", who, path);
    errno = 0;
    while (ok && getline(&line, &size, file) >= 0)
        ok = append_line(l, line, e);
    if (ok && ferror(file))
        ok = err_errno(e, "%s: the list %s", who, path);
    if (ok && l->n == before)
        ok = err_usage(e, "%s: the list %s names no files", who, path);
    free(line);
    fclose(file);
    return ok;
}

bool path_list_read(struct path_list *out, const char *who, int n_words, const char *const *words,
                    struct err *e)
{
    *out = (struct path_list){0};
    for (int i = 0; i < n_words; i++)
        if (!(words[i][0] == '@' ? append_list(out, who, words[i] + 1, e)
                                 : append_word(out, who, words[i], e)))
            return false;
    return true;
}

void path_list_free(struct path_list *l)
{
    for (int i = 0; i < l->n; i++)
        free(l->item[i]);
    free(l->item);
    *l = (struct path_list){0};
}
