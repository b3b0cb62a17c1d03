/* crc.c - CRC-32 through libdeflate, which every libtiff with fast deflate links anyway.
 * SPDX-License-Identifier: MIT */
#include "base/crc.h"

#include <libdeflate.h>

uint32_t crc_of(const void *bytes, size_t n)
{
    return libdeflate_crc32(0, bytes, n);
}
