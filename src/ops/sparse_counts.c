/* sparse_counts.c - a table of counts as bytes: how many are not 0, then for each how far it lies
 * behind the last one, and the count.
 *
 * Numbers are written seven bits at a time, the low ones first; the eighth says that more follow.
 * SPDX-License-Identifier: MIT */
#include "ops/sparse_counts.h"

#include <assert.h>

enum { BITS = 7, MORE = 1 << BITS, GAP_MOST = 3, COUNT_MOST = 5 };

static unsigned char *put(unsigned char *out, uint64_t v)
{
    for (; v >= MORE; v >>= BITS)
        *out++ = (unsigned char)(v | MORE);
    *out++ = (unsigned char)v;
    return out;
}

static bool get(const unsigned char **at, const unsigned char *end, uint64_t *v)
{
    *v = 0;
    for (int shift = 0; *at < end && shift < 63; shift += BITS) {
        const unsigned char byte = *(*at)++;
        *v |= (uint64_t)(byte & (MORE - 1)) << shift;
        if (byte < MORE)
            return true;
    }
    return false;
}

size_t sparse_counts_most(int n, int64_t things)
{
    const int64_t filled = things < n ? things : n;

    return GAP_MOST + (size_t)filled * (GAP_MOST + COUNT_MOST);
}

size_t sparse_counts_write(const int64_t *counts, int n, unsigned char *out)
{
    const unsigned char *begin = out;
    int last = -1;
    uint64_t filled = 0;

    assert(n < 1 << (GAP_MOST * BITS));
    for (int i = 0; i < n; i++)
        filled += counts[i] != 0;
    out = put(out, filled);
    for (int i = 0; i < n; i++) {
        if (counts[i] == 0)
            continue;
        assert(counts[i] > 0 && counts[i] < (int64_t)1 << (COUNT_MOST * BITS));
        out = put(out, (uint64_t)(i - last));
        out = put(out, (uint64_t)counts[i]);
        last = i;
    }
    return (size_t)(out - begin);
}

bool sparse_counts_add(const unsigned char **at, const unsigned char *end, int64_t *counts, int n)
{
    uint64_t filled, gap, count;
    int64_t last = -1;

    if (!get(at, end, &filled))
        return false;
    for (uint64_t i = 0; i < filled; i++) {
        if (!get(at, end, &gap) || !get(at, end, &count) || gap < 1 || gap > (uint64_t)n)
            return false;
        last += (int64_t)gap;
        if (last >= n || count >= (uint64_t)1 << (COUNT_MOST * BITS))
            return false;
        counts[last] += (int64_t)count;
    }
    return true;
}
