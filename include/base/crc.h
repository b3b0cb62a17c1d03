/* crc.h - CRC-32 (the one of zip and PNG) of bytes that travel or are stored.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_CRC_H
#define BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc_of(const void *bytes, size_t n);

#endif
