/* network.c - GDAL kept off the network, whatever a scene names: itself, or in the text of a
 * VRT, an MRF, a web service's description.
 *
 * GDAL reaches it in three ways. Its virtual file systems are replaced by one that opens
 * nothing. What asks servers through libcurl (drivers of web services, netCDF, PROJ) finds a
 * proxy of no kind that libcurl knows, which it refuses before anything is sent. PostgreSQL's
 * library is left out with its driver.
 * SPDX-License-Identifier: MIT */
#include "network.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_srs_api.h>

#include <stdlib.h>
#include <string.h>

/* Those that read and write files here, or other file systems' files. All others are off: GDAL may
 * have some that are not known yet. */
static const char *const local[] = {
    "/vsimem/",     "/vsizip/",
    "/vsitar/",     "/vsigzip/",
    "/vsi7z/",      "/vsirar/",
    "/vsisubfile/", "/vsisparse/",
    "/vsicached?",  "/vsicrypt/",
    "/vsistdin/",   "/vsistdin?",
    "/vsistdout/",  "/vsistdout_redirect/",
};

static const char nowhere[] = "off://network";

static bool is_local(const char *path)
{
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        if (strncmp(path, local[i], strlen(local[i])) == 0)
            return true;
    return false;
}

static void *open_nothing(void *user, const char *name, const char *access)
{
    return NULL;
}

static int find_nothing(void *user, const char *name, VSIStatBufL *st, int flags)
{
    return -1;
}

static void replace_file_systems(void)
{
    static char **prefixes; /* GDAL keeps pointers into it as long as it lives */
    VSIFilesystemPluginCallbacksStruct *nothing = VSIAllocFilesystemPluginCallbacksStruct();

    prefixes = VSIGetFileSystemsPrefixes();
    nothing->open = open_nothing;
    nothing->stat = find_nothing;
    for (int i = 0; prefixes && prefixes[i]; i++)
        if (!is_local(prefixes[i]))
            VSIInstallPluginHandler(prefixes[i], nothing);
    VSIInstallPluginHandler("/vsicurl?", nothing); /* another name, which is not listed */
    VSIFreeFilesystemPluginCallbacksStruct(nothing);
}

static void refuse_transfers(void)
{
    static const char *const others[] = {
        "http_proxy", "https_proxy", "HTTPS_PROXY", "ftp_proxy",
        "FTP_PROXY",  "ALL_PROXY",   "no_proxy",    "NO_PROXY",
    };

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        unsetenv(others[i]);
    setenv("all_proxy", nowhere, 1);
    CPLSetConfigOption("GDAL_HTTP_PROXY", nowhere);
    CPLSetConfigOption("GDAL_HTTPS_PROXY", nowhere);
    OSRSetPROJEnableNetwork(0);
}

static bool is_off(void)
{
    const char *proxy = getenv("all_proxy");

    return proxy && strcmp(proxy, nowhere) == 0;
}

void network_turn_off(void)
{
    if (is_off())
        return;
    GDALDriverH postgres = GDALGetDriverByName("PostGISRaster");

    replace_file_systems();
    refuse_transfers();
    if (postgres) {
        GDALDeregisterDriver(postgres);
        GDALDestroyDriver(postgres);
    }
}

bool network_is_missed(const char *words)
{
    bool names = strstr(words, "://") != NULL;

    for (const char *at = strstr(words, "/vsi"); at && !names; at = strstr(at + 1, "/vsi"))
        names = !is_local(at);
    return names && is_off();
}
