/* test_raster_bulk.c - large writes: the same bytes, past the page cache and through it, wherever
 * they begin in memory and in the file.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "raster/bulk.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES = 6 << 20, ROUNDS = 60 };
static char path[] = "/tmp/tilery-bulk.XXXXXX"; /* a file system may well have no direct writes */

/* A number below n. */
static size_t below(size_t n)
{
    return (size_t)random() % n;
}

/* Random parts of `image` until all is there, some of them twice. */
static void write_in_parts(int fd, enum direct_io direct, const unsigned char *image)
{
    struct bulk b = bulk_begin(fd, direct);

    srandom(1);
    for (size_t at = 0; at < FILE_BYTES;) {
        size_t n = below(2) ? below(3 << 20) : below(100);
        n = n < FILE_BYTES - at ? n : FILE_BYTES - at;
        ck_assert(bulk_write(&b, image + at, n, at));
        at += n;
    }
    for (int i = 0; i < ROUNDS; i++) {
        const size_t at =
            below(2) ? below(FILE_BYTES) : below(FILE_BYTES) / BULK_BLOCK * BULK_BLOCK;
        ck_assert(bulk_write(&b, image + at, below(FILE_BYTES - at), at));
    }
    bulk_end(&b);
}

START_TEST(every_byte_is_where_it_belongs)
{
    unsigned char *memory = aligned_alloc(BULK_BLOCK, FILE_BYTES + BULK_BLOCK);
    unsigned char *seen = malloc(FILE_BYTES);

    ck_assert(memory && seen);
    for (int direct = DIRECT_IO_AUTO; direct <= DIRECT_IO_OFF; direct++)
        for (size_t shift = 0; shift <= 8; shift += 8) { /* whether memory begins at a block */
            const int fd = open(path, O_RDWR | O_TRUNC);
            ck_assert_int_ge(fd, 0);
            for (size_t i = 0; i < FILE_BYTES; i++)
                memory[shift + i] = (unsigned char)random();
            write_in_parts(fd, (enum direct_io)direct, memory + shift);
            ck_assert_int_eq(pread(fd, seen, FILE_BYTES, 0), FILE_BYTES);
            ck_assert(memcmp(memory + shift, seen, FILE_BYTES) == 0);
            ck_assert_int_eq(lseek(fd, 0, SEEK_END), FILE_BYTES);
            ck_assert(!(fcntl(fd, F_GETFL) & O_DIRECT));
            close(fd);
        }
    free(memory);
    free(seen);
}
END_TEST

START_TEST(a_write_that_fails_is_told)
{
    const unsigned char *bytes = calloc(1, FILE_BYTES);
    const int fd = open(path, O_RDONLY);
    struct bulk b = bulk_begin(fd, DIRECT_IO_ON);

    ck_assert(bytes && !bulk_write(&b, bytes, FILE_BYTES, 0));
    ck_assert(!bulk_write(&b, bytes, 10, 0));
    bulk_end(&b);
    close(fd);
    free((void *)bytes);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {every_byte_is_where_it_belongs, a_write_that_fails_is_told};
    const int fd = mkstemp(path);

    if (fd < 0)
        return EXIT_FAILURE;
    close(fd);
    const int status = UNIT_RUN("raster_bulk", tests);
    unlink(path);
    return status;
}
