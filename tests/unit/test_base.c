/* test_base.c - the floor under everything: errors, memory, bytes, regions, pixels.
 * SPDX-License-Identifier: MIT */
#include "base/crc.h"
#include "base/err.h"
#include "base/pack.h"
#include "base/pixel.h"
#include "base/planes.h"
#include "base/region.h"
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

START_TEST(err_keeps_text_and_status)
{
    struct err e = {0};

    ck_assert(!err_set(&e, "%s: %d", "file", 7));
    ck_assert_str_eq(e.text, "file: 7");
    ck_assert_int_eq(e.status, EXIT_FAILED);
    ck_assert(!err_usage(&e, "no"));
    ck_assert_int_eq(e.status, EXIT_USAGE);
    errno = ENOENT;
    ck_assert(!err_errno(&e, "dem.tif"));
    ck_assert_str_eq(e.text, "dem.tif: No such file or directory");
}
END_TEST

START_TEST(err_context_comes_first_and_keeps_the_status)
{
    struct err e = {0};

    err_usage(&e, "bad");
    ck_assert(!err_context(&e, "rank %d", 3));
    ck_assert_str_eq(e.text, "rank 3: bad");
    ck_assert_int_eq(e.status, EXIT_USAGE);
}
END_TEST

START_TEST(err_cuts_long_texts)
{
    char text[4000];
    struct err e = {0};

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    err_set(&e, "%s", text);
    ck_assert_uint_lt(strlen(e.text), sizeof e.text);
    errno = EIO;
    err_errno(&e, "%s", text);
    ck_assert_uint_lt(strlen(e.text), sizeof e.text);
    err_context(&e, "%s", text);
    ck_assert_uint_lt(strlen(e.text), sizeof e.text);
}
END_TEST

START_TEST(memory_refuses_sizes_that_overflow)
{
    struct err e = {0};

    ck_assert_ptr_null(memory_new(SIZE_MAX / 2, 3, &e));
    ck_assert_int_eq(e.status, EXIT_FAILED);
    ck_assert_ptr_null(memory_raw(SIZE_MAX - 3, 1, &e));
}
END_TEST

START_TEST(memory_is_zeroed_and_aligned)
{
    struct err e;
    unsigned char *p = memory_new(100, 3, &e);
    void *nothing = memory_new(0, 8, &e);

    ck_assert_ptr_nonnull(p);
    ck_assert_ptr_nonnull(nothing);
    ck_assert_uint_eq((uintptr_t)p % 64, 0);
    for (int i = 0; i < 300; i++)
        ck_assert_int_eq(p[i], 0);
    free(p);
    free(nothing);
    ck_assert_uint_gt(memory_available(), 0);
    ck_assert_uint_gt(memory_resident(), 0);
    ck_assert_uint_gt(memory_peak(), 0);
}
END_TEST

START_TEST(buffer_grows_and_refuses_to_overflow)
{
    struct buffer b = {0};
    struct err e;

    for (int i = 0; i < 1000; i++)
        ck_assert(buffer_append(&b, &(unsigned char){(unsigned char)i}, 1, &e));
    ck_assert_uint_eq(b.size, 1000);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(b.data[i], (unsigned char)i);
    ck_assert(!buffer_reserve(&b, SIZE_MAX - 10, &e));
    ck_assert_uint_eq(b.size, 1000);
    buffer_free(&b);
    ck_assert_ptr_null(b.data);
}
END_TEST

static void pack_all(struct buffer *b)
{
    struct err e;

    ck_assert(pack_u32(b, 0xdeadbeef, &e) && pack_i64(b, INT64_MIN + 5, &e) &&
              pack_f64(b, -0.1, &e) && pack_bytes(b, "ab\0c", 4, &e) && pack_text(b, "town", &e));
}

/* Reads what pack_all wrote; true if all of it was there. */
static bool unpack_all(const void *bytes, size_t n)
{
    struct unpack u = unpack_begin(bytes, n);
    const uint32_t a = unpack_u32(&u);
    const int64_t b = unpack_i64(&u);
    const double c = unpack_f64(&u);
    size_t length;
    const unsigned char *d = unpack_bytes(&u, &length);
    char *text = unpack_text(&u);
    const bool same = u.ok && a == 0xdeadbeef && b == INT64_MIN + 5 && c == -0.1 && length == 4 &&
                      memcmp(d, "ab\0c", 4) == 0 && strcmp(text, "town") == 0;

    ck_assert_int_eq(u.ok, same);
    ck_assert(u.ok == (text != NULL));
    free(text);
    return same;
}

START_TEST(unpack_reads_back_and_never_past_the_end)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct buffer b = {0};
    /* the byte after the last one cannot be read */
    unsigned char *pages =
        mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    ck_assert_ptr_ne(pages, MAP_FAILED);
    ck_assert_int_eq(mprotect(pages + page, page, PROT_NONE), 0);
    pack_all(&b);
    ck_assert_uint_lt(b.size, page);
    ck_assert_int_eq(b.data[0], 0xef); /* little-endian */
    for (size_t n = 0; n <= b.size; n++) {
        memcpy(pages + page - n, b.data, n);
        ck_assert_int_eq(unpack_all(pages + page - n, n), n == b.size);
    }
    munmap(pages, 2 * page);
    buffer_free(&b);
}
END_TEST

START_TEST(unpack_refuses_lengths_beyond_the_end)
{
    unsigned char bytes[12];
    size_t n = 1;

    memset(bytes, 0xff, sizeof bytes);
    struct unpack u = unpack_begin(bytes, sizeof bytes);
    ck_assert_ptr_null(unpack_bytes(&u, &n));
    ck_assert(!u.ok && n == 0);
    ck_assert_uint_eq(unpack_u32(&u), 0); /* once wrong, always wrong */
    u = unpack_begin(bytes, sizeof bytes);
    ck_assert_ptr_null(unpack_text(&u));
    u = unpack_begin(NULL, 0);
    ck_assert_ptr_null(unpack_raw(&u, 1));
}
END_TEST

START_TEST(region_intersections_and_containment)
{
    const struct region a = {0, 0, 10, 5}, b = {-3, 2, 6, 10}, far = {10, 0, 4, 4};
    const struct region both = region_intersect(a, b);

    ck_assert(both.x == 0 && both.y == 2 && both.width == 3 && both.height == 3);
    ck_assert(region_is_empty(region_intersect(a, far)));
    ck_assert(!region_is_empty(a) && region_is_empty((struct region){1, 1, 0, 4}));
    ck_assert(region_contains(a, both) && region_contains(a, a) && !region_contains(a, b));
}
END_TEST

START_TEST(divisions_round_down_and_up)
{
    for (int64_t a = -20; a <= 20; a++)
        for (int64_t b = 1; b <= 7; b++) {
            ck_assert(floor_div(a, b) * b <= a && (floor_div(a, b) + 1) * b > a);
            ck_assert(ceil_div(a, b) * b >= a && (ceil_div(a, b) - 1) * b < a);
        }
}
END_TEST

/* What pixel_store makes of v. */
#define DEFINE_STORED(T, TYPE)                                                                     \
    static T stored_##T(double v)                                                                  \
    {                                                                                              \
        T out;                                                                                     \
        pixel_store(TYPE, v, &out);                                                                \
        return out;                                                                                \
    }
DEFINE_STORED(uint8, PX_UINT8)
DEFINE_STORED(int16, PX_INT16)
DEFINE_STORED(uint32, PX_UINT32)
DEFINE_STORED(int32, PX_INT32)
DEFINE_STORED(uint64, PX_UINT64)
DEFINE_STORED(int64, PX_INT64)
DEFINE_STORED(float32, PX_FLOAT32)

START_TEST(pixel_store_rounds_to_even_and_clamps)
{
    ck_assert_int_eq(stored_uint8(0.5), 0);
    ck_assert_int_eq(stored_uint8(1.5), 2);
    ck_assert_int_eq(stored_uint8(-7), 0);
    ck_assert_int_eq(stored_uint8(1e300), 255);
    ck_assert_int_eq(stored_uint8(NAN), 0);
    ck_assert_int_eq(stored_int16(-32768.5), -32768);
    ck_assert_int_eq(stored_int16(-INFINITY), -32768);
    ck_assert_int_eq(stored_int16(2.5), 2);
    ck_assert_uint_eq(stored_uint32(4294967295.4), UINT32_MAX);
    ck_assert_uint_eq(stored_uint32(1e10), UINT32_MAX);
    ck_assert_int_eq(stored_int32(-1e10), INT32_MIN);
    ck_assert_int_eq(stored_int32(NAN), 0);
    ck_assert(stored_uint64(1e30) == UINT64_MAX && stored_uint64(-1) == 0);
    ck_assert(stored_int64(1e30) == INT64_MAX && stored_int64(-1e30) == INT64_MIN);
    ck_assert(stored_int64(-3.5) == -4 && stored_uint64(9007199254740992.0) == 9007199254740992U);
    ck_assert(stored_float32(0.1) == 0.1F && isnan(stored_float32(NAN)));
}
END_TEST

START_TEST(pixel_types_have_names_and_sizes)
{
    enum pixel_type type;

    for (int t = 0; t < PX_N_TYPES; t++) {
        ck_assert(pixel_from_name(pixel_name((enum pixel_type)t), &type));
        ck_assert_int_eq((int)type, t);
        ck_assert(pixel_lowest(type) <= 0 && pixel_highest(type) >= 255);
    }
    ck_assert(pixel_from_name("byte", &type) && type == PX_UINT8);
    ck_assert(pixel_from_name("UInt16", &type) && type == PX_UINT16);
    ck_assert(!pixel_from_name("complex64", &type) && !pixel_from_name("", &type));
    ck_assert_uint_eq(pixel_size(PX_INT16), 2);
    ck_assert_uint_eq(pixel_size(PX_FLOAT64), 8);
}
END_TEST

START_TEST(pixel_fill_repeats_a_pixel)
{
    int16 row[5] = {1, 1, 1, 1, 1};

    pixel_fill(PX_INT16, -7, row + 1, 3);
    ck_assert(row[0] == 1 && row[1] == -7 && row[2] == -7 && row[3] == -7 && row[4] == 1);
}
END_TEST

START_TEST(planes_lay_out_rows_and_refuse_what_overflows)
{
    struct planes p;
    void *memory;
    size_t bytes;
    struct err e = {0};

    ck_assert(planes_new(&p, &memory, PX_FLOAT32, 2, (struct region){-3, 4, 5, 6}, 7, &e));
    memset(planes_at(&p, 0, -3 - 7, 4), 1, (5 + 7 + 7) * sizeof(float));
    memset(planes_at(&p, 1, -3 - 7, 9), 1, (5 + 7 + 7) * sizeof(float));
    ck_assert_ptr_eq(planes_at(&p, 0, -3, 4), p.data);
    ck_assert_ptr_eq(planes_at(&p, 1, -2, 5), p.data + p.band_bytes + p.row_bytes + sizeof(float));
    free(memory);
    const struct region huge = {0, 0, INT64_MAX / 2, 1}, tall = {0, 0, 1 << 30, INT64_MAX / 2};
    ck_assert(!planes_layout(&p, &bytes, PX_FLOAT64, 1, huge, 0, &e));
    ck_assert(!planes_layout(&p, &bytes, PX_UINT8, 1, tall, 0, &e));
    ck_assert(!planes_layout(&p, &bytes, PX_UINT8, 1, (struct region){0, 0, -1, 1}, 0, &e));
    ck_assert_int_eq(e.status, EXIT_FAILED);
}
END_TEST

START_TEST(crc_is_the_common_one)
{
    ck_assert_uint_eq(crc_of("123456789", 9), 0xcbf43926);
    ck_assert_uint_eq(crc_of("", 0), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        err_keeps_text_and_status,
        err_context_comes_first_and_keeps_the_status,
        err_cuts_long_texts,
        memory_refuses_sizes_that_overflow,
        memory_is_zeroed_and_aligned,
        buffer_grows_and_refuses_to_overflow,
        unpack_reads_back_and_never_past_the_end,
        unpack_refuses_lengths_beyond_the_end,
        region_intersections_and_containment,
        divisions_round_down_and_up,
        pixel_store_rounds_to_even_and_clamps,
        pixel_types_have_names_and_sizes,
        pixel_fill_repeats_a_pixel,
        planes_lay_out_rows_and_refuse_what_overflows,
        crc_is_the_common_one,
    };

    return UNIT_RUN("base", tests);
}
