/* no_dlclose.c - linked into the sanitized build only: plugins of Open MPI and PMIx stay loaded, so that
 * the leak checker can name them at exit and scripts/lsan.supp can leave them out.
 * SPDX-License-Identifier: MIT */
int dlclose(void *handle);

int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
