/* version.h - the version of Tilery.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define TILERY_VERSION "0.1.0"

#endif
