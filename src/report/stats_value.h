/* stats_value.h - values of pixels as text.
 * SPDX-License-Identifier: MIT */
#ifndef REPORT_STATS_VALUE_H
#define REPORT_STATS_VALUE_H

#include "base/pixel.h"

#include <stdint.h>

enum { VALUE_TEXT = 32 };

/* In as few digits as tell it from other values of the type. */
const char *value_text(enum pixel_type type, uint64_t key, char out[VALUE_TEXT]);

#endif
