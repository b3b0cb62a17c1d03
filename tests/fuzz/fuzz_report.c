/* fuzz_report.c - a rank's part of the report, as it arrives.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "report/run_report.h"

#include <stdlib.h>
#include <string.h>

bool fuzz_accepted;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer packed = {0};
    struct run_report *r = NULL;
    struct err e;

    if (buffer_append(&packed, data, size, &e) && run_report_new(&r, &e))
        fuzz_accepted = run_report_rank(r, 0, &packed, &e);
    run_report_free(r);
    buffer_free(&packed);
    return 0;
}
