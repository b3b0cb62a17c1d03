/* test_job_gathering.c - parts of chunks become one sum.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "job/gathering.h"
#include "ops/words.h"

#include <string.h>

enum { CHUNKS = 12 };

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

static const struct reducer lists = {
    .name = "list",
    .bytes = list_bytes,
    .part_bytes = list_part_bytes,
    .merge = list_merge,
};

START_TEST(gathering_merges_parts_and_refuses_damaged_ones)
{
    struct reducing how = {.how = &lists};
    const struct region chunk = {32, 16, 16, 16};
    struct buffer part = {0};
    struct gathering *g;
    struct err e;

    ck_assert(gathering_new(&g, &how, (struct format){PX_UINT8, 1, 64, 64}, &e));
    for (int i = 0; i < CHUNKS; i++) {
        part.size = 0;
        ck_assert(buffer_append(&part, &i, sizeof i, &e));
        ck_assert(gathering_add(g, chunk, &part, &e));
    }
    const struct list *list = gathering_sum(g);
    ck_assert_int_eq(list->n, CHUNKS);
    for (int i = 0; i < CHUNKS; i++)
        ck_assert_int_eq(list->chunk[i], i);
    part.size--;
    ck_assert(!gathering_add(g, chunk, &part, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "at 32,16 (list, 3 bytes)"));
    part.size++;
    ck_assert(buffer_append(&part, "more", 4, &e) && !gathering_add(g, chunk, &part, &e));
    gathering_free(g);
    buffer_free(&part);
}
END_TEST

START_TEST(gathering_says_what_it_cannot_be_computed_of)
{
    struct reducing how = {.how = &lists};
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
        gathering_merges_parts_and_refuses_damaged_ones,
        gathering_says_what_it_cannot_be_computed_of,
    };

    return UNIT_RUN("gathering", tests);
}
