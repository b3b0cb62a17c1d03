/* output_files.h - the names an output takes: PATH.part while it grows, PATH once it is whole.
 * SPDX-License-Identifier: MIT */
#ifndef RASTER_OUTPUT_FILES_H
#define RASTER_OUTPUT_FILES_H

#include "base/err.h"

/* Whether an output can be made at path: nothing in the way, a directory to write to. */
bool output_files_check(const char *path, bool overwrite, struct err *e) MUST_CHECK;

/* Creates an empty file `part` for this process alone, in place of one that a dead run left, and
 * leaves it open as *fd. */
bool output_files_begin(const char *part, int *fd, struct err *e) MUST_CHECK;

/* Opens the file `part` that an earlier run left, for this process alone. */
bool output_files_reopen(const char *part, int *fd, struct err *e) MUST_CHECK;

/* Gives `part` the name path, for good. Without overwrite an existing path is left alone and this
 * fails; with it, side files that belong to the old one go. */
bool output_files_finish(const char *part, const char *path, bool overwrite,
                         struct err *e) MUST_CHECK;

#endif
