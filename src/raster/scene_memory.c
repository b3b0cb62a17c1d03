/* scene_memory.c - files of scenes that are in memory.
 * SPDX-License-Identifier: MIT */
#include "raster/scene.h"

#include "base/text.h"

#include <cpl_vsi.h>

#include <stdlib.h>

bool scene_file_in_memory(const char *path, void *bytes, size_t n, char **name, struct err *e)
{
    *name = text_join(SCENE_IN_MEMORY, path, e);
    if (!*name)
        return false;
    VSILFILE *file = VSIFileFromMemBuffer(*name, bytes, n, FALSE);
    if (file) {
        VSIFCloseL(file);
        return true;
    }
    free(*name);
    *name = NULL;
    return err_set(e, "%s: its %zu bytes cannot be had as a file in memory", path, n);
}

void scene_file_forget(char *name)
{
    if (name)
        VSIUnlink(name);
    free(name);
}
