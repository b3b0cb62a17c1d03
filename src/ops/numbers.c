/* numbers.c - rows of numbers out of text or a file.
 * SPDX-License-Identifier: MIT */
#include "ops/numbers.h"

#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MOST = 1 << 20, COUNT_MOST = 1 << 18, WORD_MOST = 64 };

bool numbers_is_file(const char *text)
{
    static const char of_numbers[] = "0123456789+-.eE,; \t";

    return text[strspn(text, of_numbers)] != '\0';
}

/* The file's text; to be freed. */
static char *read_file(const char *path, struct err *e)
{
    FILE *f = fopen(path, "r");
    char *text = f ? memory_raw(1, FILE_MOST + 1, e) : NULL;

    if (!f) {
        err_usage(e, "'%s' is neither numbers nor a file that can be read", path);
        return NULL;
    }
    const size_t n = text ? fread(text, 1, FILE_MOST + 1, f) : 0;
    const bool failed = ferror(f) != 0;
    fclose(f);
    if (text && !failed && n <= FILE_MOST && !memchr(text, '\0', n)) {
        text[n] = '\0';
        return text;
    }
    if (text)
        err_usage(e, "%s: is no file of numbers", path);
    free(text);
    return NULL;
}

/* How many numbers the word stands for: one, or for A..B the whole ones from A to B. 0: none, it is
 * no number. With v NULL it only counts. */
static int read_word(const char *word, double *v)
{
    const char *dots = strstr(word, "..");
    char first[WORD_MOST];
    int64_t from, to;
    double one;

    if (!dots && text_to_real(word, v ? v : &one))
        return 1;
    if (!dots)
        return 0;
    snprintf(first, sizeof first, "%.*s", (int)(dots - word), word);
    if (!text_to_i64(first, &from) || !text_to_i64(dots + 2, &to))
        return 0;
    const double steps = fabs((double)to - (double)from);
    const int n = steps < COUNT_MOST ? (int)steps + 1 : COUNT_MOST + 1;
    for (int i = 0; v && i < n; i++)
        v[i] = (double)(from < to ? from + i : from - i);
    return n;
}

/* Numbers apart by commas or blanks, rows by semicolons or line breaks. Reads them twice: with v
 * NULL it only counts. */
static bool scan(const char *text, double *v, int *rows, int *columns, struct err *e)
{
    int in_row = 0, n = 0;

    *rows = *columns = 0;
    for (const char *at = text;;) {
        at += strspn(at, " \t\r");
        if (*at == '\0' || *at == ';' || *at == '\n') {
            if (in_row > 0 && *columns > 0 && in_row != *columns)
                return err_usage(e, "row %d has %d number%s, the first one %d", *rows + 1, in_row,
                                 text_s(in_row), *columns);
            *rows += in_row > 0;
            *columns = in_row > 0 ? in_row : *columns;
            in_row = 0;
            if (*at++ == '\0')
                break;
            continue;
        }
        const size_t length = strcspn(at, " \t\r\n,;");
        char word[WORD_MOST];
        snprintf(word, sizeof word, "%.*s", (int)(length < WORD_MOST ? length : WORD_MOST - 1), at);
        const int more = length < WORD_MOST ? read_word(word, v ? v + n : NULL) : 0;
        if (more == 0)
            return err_usage(e, "'%s' is no number", word);
        if (more > COUNT_MOST - n)
            return err_usage(e, "there are more than %d numbers", COUNT_MOST);
        n += more;
        in_row += more;
        at += length + strspn(at + length, " \t\r");
        at += *at == ',';
    }
    return n > 0 || err_usage(e, "there are no numbers in it");
}

static bool parse(struct numbers *out, const char *text, struct err *e)
{
    struct numbers n = {0};

    if (!scan(text, NULL, &n.rows, &n.columns, e))
        return false;
    n.v = memory_raw((size_t)n.rows * (size_t)n.columns, sizeof *n.v, e);
    if (!n.v || !scan(text, n.v, &n.rows, &n.columns, e)) {
        free(n.v);
        return false;
    }
    *out = n;
    return true;
}

bool numbers_read(struct numbers *out, const char *text, struct err *e)
{
    if (!numbers_is_file(text))
        return parse(out, text, e);
    char *content = read_file(text, e);
    bool ok = content && (parse(out, content, e) || err_context(e, "%s", text));
    free(content);
    return ok;
}

void numbers_free(struct numbers *n)
{
    free(n->v);
    *n = (struct numbers){0};
}

bool numbers_inline(const char *path, const char *name, char **arg, struct err *e)
{
    enum { DIGITS = 26 }; /* of one number, its separator included */
    struct numbers n = {0};

    if (!numbers_read(&n, path, e))
        return err_context(e, "--%s", name);
    const size_t count = (size_t)n.rows * (size_t)n.columns;
    const size_t size = strlen(name) + 4 + count * DIGITS;
    *arg = memory_raw(1, size, e);
    if (*arg) {
        size_t used = (size_t)snprintf(*arg, size, "--%s=", name);
        for (size_t i = 0; i < count; i++)
            used += (size_t)snprintf(*arg + used, size - used, "%.17g%s", n.v[i],
                                     i + 1 == count                ? ""
                                     : (i + 1) % (size_t)n.columns ? ","
                                                                   : ";");
    }
    numbers_free(&n);
    return *arg != NULL;
}
