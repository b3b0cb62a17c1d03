/* new_file.h - files made anew, for this process alone: what is written never goes through a
 * link, nor into a file, that somebody has put where they are to be.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_NEW_FILE_H
#define BASE_NEW_FILE_H

#include "base/err.h"

/* Creates an empty file at path, in place of a file or link that is there, and leaves it open
 * for reading and writing as *fd. Its rights are what the umask leaves. Fails naming the path. */
bool new_file(const char *path, int *fd, struct err *e) MUST_CHECK;

#endif
