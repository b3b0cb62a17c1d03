/* stats_value.c - values of pixels as text.
 * SPDX-License-Identifier: MIT */
#include "stats_value.h"

#include "ops/pixel_key.h"

#include <stdio.h>
#include <stdlib.h>

const char *value_text(enum pixel_type type, uint64_t key, char out[VALUE_TEXT])
{
    const double v = key_real(type, key);
    int digits = 1;

    if (type == PX_UINT64)
        snprintf(out, VALUE_TEXT, "%llu", (unsigned long long)key);
    else if (!pixel_is_float(type))
        snprintf(out, VALUE_TEXT, "%lld", (long long)key_int(type, key));
    else
        do
            snprintf(out, VALUE_TEXT, "%.*g", digits, v);
        while (digits++ < 17 &&
               (type == PX_FLOAT32 ? (double)strtof(out, NULL) : strtod(out, NULL)) != v);
    return out;
}
