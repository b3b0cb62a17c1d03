/* fuzz.h - what fuzz targets share. A target is one file fuzz_NAME.c, which libFuzzer (`make
 * fuzz`) or replay.c (`make check`) feeds with inputs.
 * SPDX-License-Identifier: MIT */
#ifndef FUZZ_H
#define FUZZ_H

#include "raster/scene.h"

/* Set by a target that took its whole input for good: the replay demands it of seeds whose names
 * begin with "valid", so that they follow when a format changes. Each target defines it. */
extern bool fuzz_accepted;

/* libFuzzer's names: once before all inputs, and once for each. Both return 0. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* raster_begin, before any input: what GDAL allocates then, it keeps for the life of the
 * process. */
void fuzz_begin_raster(void);

#endif
