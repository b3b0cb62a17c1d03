/* test_job_gathering.c - parts of chunks become one sum, in order where a reducer says so.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "job/gathering.h"
#include "ops/words.h"

#include <string.h>

enum { CHUNKS = 12, WINDOW = 5 };

/* A reducer whose sum is the list of all parts as they were merged. */
struct list {
    int n, chunk[CHUNKS];
};

static size_t list_bytes(const void *args, struct format f)
{
    (void)args;
    return f.type == PX_UINT8 ? sizeof(struct list) : 0;
}

static size_t list_part_bytes(const void *args, struct format f, struct region chunk)
{
    (void)args, (void)f, (void)chunk;
    return sizeof(int);
}

static bool list_merge(const void *args, struct format f, const void *part, size_t n, void *sum)
{
    struct list *list = sum;

    (void)args, (void)f;
    if (n != sizeof(int))
        return false;
    memcpy(&list->chunk[list->n++], part, n);
    return true;
}

static const struct reducer in_order = {
    .name = "list",
    .in_order = true,
    .bytes = list_bytes,
    .part_bytes = list_part_bytes,
    .merge = list_merge,
};

static struct gathering *gathering_of(const struct division *d)
{
    struct reducing how = {.how = &in_order};
    struct gathering *g;
    struct err e;

    ck_assert(gathering_new(&g, &how, (struct format){PX_UINT8, 1, d->width, d->height}, &e));
    ck_assert(gathering_begin(g, d, WINDOW, &e));
    return g;
}

static struct buffer part_of(int chunk)
{
    struct buffer part = {0};
    struct err e;

    ck_assert(buffer_append(&part, &chunk, sizeof chunk, &e));
    return part;
}

START_TEST(gathering_merges_in_the_order_of_chunks)
{
    const struct division d = divide(DIVISION_TILES, CHUNKS * 16, 16, 16, 16, 16, 16);

    for (int try = 0; try < 200; try++) {
        struct gathering *g = gathering_of(&d);
        bool done[CHUNKS] = {false};
        for (int n = 0, first = 0; n < CHUNKS; n++) {
            int chunk;
            struct err e;
            do /* as a schedule with that window has them done */
                chunk = first + rand() % WINDOW;
            while (chunk >= CHUNKS || done[chunk]);
            done[chunk] = true;
            while (first < CHUNKS && done[first])
                first++;
            struct buffer part = part_of(chunk);
            ck_assert(gathering_add(g, chunk, &part, &e));
            buffer_free(&part);
            ck_assert_int_eq(((const struct list *)gathering_sum(g))->n, first);
        }
        const struct list *list = gathering_sum(g);
        ck_assert_int_eq(list->n, CHUNKS);
        for (int i = 0; i < CHUNKS; i++)
            ck_assert_int_eq(list->chunk[i], i);
        gathering_free(g);
    }
}
END_TEST

START_TEST(gathering_refuses_damaged_parts_and_keeps_what_is_early)
{
    const struct division d = divide(DIVISION_TILES, CHUNKS * 16, 16, 16, 16, 16, 16);
    struct gathering *g = gathering_of(&d);
    struct buffer early = part_of(2), small = part_of(0), large = part_of(0);
    struct err e;

    ck_assert(gathering_add(g, 2, &early, &e));
    ck_assert_ptr_null(early.data); /* freed with g, or by a sanitizer's complaint */
    small.size--;
    ck_assert(!gathering_add(g, 0, &small, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "chunk 0 (list, 3 bytes)"));
    gathering_free(g);
    g = gathering_of(&d);
    ck_assert(buffer_append(&large, "more", 4, &e) && !gathering_add(g, 0, &large, &e));
    gathering_free(g);
    buffer_free(&small);
    buffer_free(&large);
}
END_TEST

START_TEST(gathering_says_what_it_cannot_be_computed_of)
{
    struct reducing how = {.how = &in_order};
    struct gathering *g;
    struct err e;

    ck_assert(!gathering_new(&g, &how, (struct format){PX_INT16, 1, 8, 8}, &e));
    ck_assert_int_eq(e.status, EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(e.text, "int16"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        gathering_merges_in_the_order_of_chunks,
        gathering_refuses_damaged_parts_and_keeps_what_is_early,
        gathering_says_what_it_cannot_be_computed_of,
    };

    return UNIT_RUN("gathering", tests);
}
