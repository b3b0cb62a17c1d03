/* fixture.h - a job of one rank on a small scene, for targets that need its ticket or its output.
 * SPDX-License-Identifier: MIT */
#ifndef FUZZ_FIXTURE_H
#define FUZZ_FIXTURE_H

#include "../../src/job/lead.h"

#include "guard/durable.h"

struct fixture {
    struct pipeline pipeline;
    struct job_options options;
    struct lead lead;
    struct buffer bytes; /* of the ticket */
    struct ticket ticket;
    struct durable *durable;
};

enum { FIXTURES = 3 };

/* The job number i: one of blobs with halos, one of pixels, one that copies, on a scene of
 * tests/fuzz/seeds/scene; its output is OUT.tif.part in a directory of its own, gone at exit. Ends
 * the program if that fails. */
void fixture_open(struct fixture *f, int i);
void fixture_close(struct fixture *f);

/* The directory of outputs, and the output in it. */
const char *fixture_directory(void);
const char *fixture_output(void);

#endif
