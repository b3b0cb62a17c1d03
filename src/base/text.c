/* text.c - numbers and sizes out of text, and the nearest of some names.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool text_to_i64(const char *text, int64_t *v)
{
    char *end;

    if (*text == '\0' || isspace((unsigned char)*text))
        return false;
    errno = 0;
    intmax_t n = strtoimax(text, &end, 10);
    if (errno != 0 || *end != '\0')
        return false;
    *v = n;
    return true;
}

bool text_to_real(const char *text, double *v)
{
    char *end;

    if (*text == '\0' || isspace((unsigned char)*text))
        return false;
    double n = strtod(text, &end);
    if (*end != '\0' || !isfinite(n))
        return false;
    *v = n;
    return true;
}

bool text_to_bool(const char *text, bool *v)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(text, words[i]) == 0) {
            *v = i % 2 == 1;
            return true;
        }
    return false;
}

bool text_to_bytes(const char *text, size_t *v)
{
    static const char units[] = "KMGT";
    char *end;

    if (!isdigit((unsigned char)*text))
        return false;
    double n = strtod(text, &end);
    if (*end != '\0') {
        const char *unit = strchr(units, toupper((unsigned char)*end));
        if (!unit)
            return false;
        n *= pow(1024, (double)(unit - units) + 1);
        end++;
        if (strcasecmp(end, "iB") == 0)
            end += 2;
        else if (strcasecmp(end, "B") == 0)
            end++;
    }
    if (*end != '\0' || !(n >= 0) || n >= 9e18)
        return false;
    *v = (size_t)n;
    return true;
}

bool text_to_i64s(const char *text, char separator, int n, int64_t *v)
{
    char part[32];

    for (int i = 0; i < n; i++) {
        size_t length = strcspn(text, (char[]){separator, '\0'});
        if (length >= sizeof part || (text[length] == '\0') != (i == n - 1))
            return false;
        memcpy(part, text, length);
        part[length] = '\0';
        if (!text_to_i64(part, &v[i]))
            return false;
        text += length + 1;
    }
    return true;
}

enum { LONGEST_NAME = 63 };

/* Optimal string alignment distance; names longer than LONGEST_NAME are far from everything. */
static int distance(const char *a, const char *b)
{
    int d[LONGEST_NAME + 1][LONGEST_NAME + 1];
    int n = (int)strnlen(a, LONGEST_NAME + 1), m = (int)strnlen(b, LONGEST_NAME + 1);

    if (n > LONGEST_NAME || m > LONGEST_NAME)
        return LONGEST_NAME;
    for (int i = 0; i <= n; i++)
        for (int j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

const char *text_nearest(const char *text, const char *const *names, int n_names)
{
    const char *nearest = NULL;
    int best = (int)strnlen(text, LONGEST_NAME) / 2 + 1; /* farther than half the word is no typo */

    for (int i = 0; i < n_names; i++) {
        int d = distance(text, names[i]);
        if (d < best) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}

const char *text_s(int n)
{
    return n == 1 ? "" : "s";
}

char *text_join(const char *a, const char *b, struct err *e)
{
    const size_t n = strlen(a) + strlen(b) + 1;
    char *text = memory_raw(1, n, e);

    if (text)
        snprintf(text, n, "%s%s", a, b);
    return text;
}

const char *text_bytes(size_t bytes, char *out, size_t out_size)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double v = (double)bytes;
    int unit = 0;

    while (v >= 1024 && unit < 5) {
        v /= 1024;
        unit++;
    }
    snprintf(out, out_size, unit == 0 ? "%.0f %s" : "%.1f %s", v, units[unit]);
    return out;
}
