/* test_reducers.c - words of ops and reducers, and what reducers count whatever the chunks.
 * SPDX-License-Identifier: MIT */
#include "base/base64.h"
#include "ops/norm.h"
#include "ops/tile_grid.h"
#include "ops/words.h"
#include "tiles.h"
#include "unit.h"

#include <math.h>
#include <string.h>

START_TEST(base64_goes_there_and_back)
{
    static const struct {
        const char *bytes, *text; /* RFC 4648, section 10 */
    } known[] = {{"", ""},
                 {"f", "Zg=="},
                 {"fo", "Zm8="},
                 {"foo", "Zm9v"},
                 {"foob", "Zm9vYg=="},
                 {"fooba", "Zm9vYmE="},
                 {"foobar", "Zm9vYmFy"}};
    unsigned char bytes[300], back[300];
    char text[400];
    size_t n;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const size_t length = strlen(known[i].bytes);
        ck_assert_uint_eq(base64_length(length), strlen(known[i].text));
        base64_encode(known[i].bytes, length, text);
        ck_assert_mem_eq(text, known[i].text, strlen(known[i].text));
    }
    for (size_t length = 0; length < sizeof bytes; length++) {
        for (size_t i = 0; i < length; i++)
            bytes[i] = (unsigned char)rand();
        base64_encode(bytes, length, text);
        ck_assert_uint_ge(base64_bytes(base64_length(length)), length);
        ck_assert(base64_decode(text, base64_length(length), back, &n));
        ck_assert_uint_eq(n, length);
        ck_assert(length == 0 || memcmp(bytes, back, length) == 0);
    }
}
END_TEST

START_TEST(base64_refuses_what_is_none)
{
    static const char *const wrong[] = {"Z",    "Zg",   "Zg=",  "Zm9vY",  "Zm9!",
                                        "=Zm9", "Z===", "Zm=v", "Zm9v\n", "Zm9v Zg="};
    unsigned char out[16];
    size_t n;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!base64_decode(wrong[i], strlen(wrong[i]), out, &n), "%s", wrong[i]);
}
END_TEST

START_TEST(words_are_what_was_added)
{
    struct buffer words = {0};
    struct word_list l;
    struct err e;

    ck_assert(!word_list_new(&l, &words, &e));
    ck_assert(words_add(&words, &e, "op") && words_add(&words, &e, "--n=%d", 3) &&
              words_base64(&words, "b", "foob", 4, &e));
    ck_assert(word_list_new(&l, &words, &e));
    ck_assert_str_eq(l.name, "op");
    ck_assert_int_eq(l.n_args, 2);
    ck_assert_str_eq(l.args[0], "--n=3");
    ck_assert_str_eq(l.args[1], "--b=Zm9vYg==");
    word_list_free(&l);
    words.data[words.size - 1] = 'x'; /* no end */
    ck_assert(!word_list_new(&l, &words, &e));
    buffer_free(&words);
}
END_TEST

static bool reducing_of(struct reducing *r, const char *name, const char *arg, struct err *e)
{
    struct buffer words = {0};
    const bool ok = words_add(&words, e, "%s", name) && (!arg || words_add(&words, e, "%s", arg)) &&
                    reducing_new(r, &words, e);

    buffer_free(&words);
    return ok;
}

START_TEST(reducers_are_found_and_their_arguments_read)
{
    struct reducing r;
    struct err e;

    ck_assert(reducing_of(&r, "histogram", NULL, &e));
    ck_assert_str_eq(r.how->name, "histogram");
    reducing_free(&r);
    ck_assert(!reducing_of(&r, "no-such", NULL, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "no-such"));
    reducing_free(&r);
    ck_assert(!reducing_of(&r, "tile-histograms", NULL, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "--grid"));
    reducing_free(&r);
    ck_assert(!reducing_of(&r, "histogram", "--grid=3", &e));
    reducing_free(&r);
}
END_TEST

/* What BORDER_REFLECT_101 shows at p of n pixels, step by step. */
static int64_t mirror(int64_t p, int64_t n)
{
    while (n > 1 && (p < 0 || p >= n))
        p = p < 0 ? -p : 2 * n - 2 - p;
    return n > 1 ? p : 0;
}

/* Counted pixel by pixel over the scene as it is continued. */
static void count_tiles(const struct image *image, const struct planes *mask, struct tile_grid g,
                        int64_t *counts)
{
    const struct planes *p = &image->planes;

    for (int b = 0; b < p->bands; b++)
        for (int64_t y = 0; y < g.down * g.tile_height; y++)
            for (int64_t x = 0; x < g.across * g.tile_width; x++) {
                const int64_t from_x = mirror(x, p->region.width);
                const int64_t from_y = mirror(y, p->region.height);
                const int64_t tile = (b * g.down + y / g.tile_height) * g.across + x / g.tile_width;
                const double v = pixel_load(p->type, planes_at(p, b, from_x, from_y), 0);
                if (!mask || *planes_at(mask, 0, from_x, from_y))
                    counts[tile * histogram_bins(p->type) + (int)v]++;
            }
}

/* Gathers in chunks of that size, and compares. */
static void check_tiles(const struct image *image, const struct planes *mask, struct size2 grid,
                        struct size2 chunk)
{
    const struct planes *p = &image->planes;
    const struct format f = {p->type, p->bands, p->region.width, p->region.height};
    const struct tile_grid g = tile_grid(grid, f);
    struct reducing r;
    char arg[40];
    struct err e;

    snprintf(arg, sizeof arg, "--grid=%dx%d", grid.width, grid.height);
    ck_assert(reducing_of(&r, "tile-histograms", arg, &e));
    const size_t n = r.how->bytes(r.args, f);
    int64_t *sum = memory_new(1, n, &e), *wanted = memory_new(1, n, &e);
    ck_assert(sum && wanted);
    ck_assert_uint_eq(n, tile_histograms_counts(g, f) * sizeof *sum);
    for (int64_t y = 0; y < f.height; y += chunk.height)
        for (int64_t x = 0; x < f.width; x += chunk.width) {
            const struct region part =
                region_intersect((struct region){x, y, chunk.width, chunk.height},
                                 (struct region){0, 0, f.width, f.height});
            const struct planes pixels = planes_part(p, part);
            struct planes shown = mask ? planes_part(mask, part) : pixels;
            const struct reducible of = {
                .scene = f, .pixels = &pixels, .mask = mask ? &shown : NULL};
            const size_t most = reducing_part_bytes(&r, f, part);
            unsigned char *bytes = memory_new(most, 1, &e);
            ck_assert(bytes);
            const size_t size = r.how->gather(r.args, &of, bytes);
            ck_assert_uint_le(size, most);
            ck_assert(r.how->merge(r.args, f, bytes, size, sum));
            ck_assert(size < 4 || !r.how->merge(r.args, f, bytes, size - 4, wanted));
            memset(wanted, 0, n);
            free(bytes);
        }
    count_tiles(image, mask, g, wanted);
    ck_assert_mem_eq(sum, wanted, n);
    free(sum);
    free(wanted);
    reducing_free(&r);
}

START_TEST(tile_histograms_count_the_mirror_image_too_whatever_the_chunks)
{
    for (int i = 0; i < 60; i++) {
        const struct format f = {i % 3 ? PX_UINT8 : PX_UINT16, 1 + rand() % 2, 1 + rand() % 60,
                                 1 + rand() % 60};
        struct image image = image_new(f),
                     mask = image_new((struct format){PX_UINT8, 1, f.width, f.height});
        for (int b = 0; b < f.bands; b++)
            for (int64_t y = 0; y < f.height; y++)
                for (int64_t x = 0; x < f.width; x++)
                    pixel_store(f.type, rand() % (f.type == PX_UINT8 ? 256 : 65536),
                                planes_at(&image.planes, b, x, y));
        for (int64_t y = 0; y < f.height; y++)
            for (int64_t x = 0; x < f.width; x++)
                *planes_at(&mask.planes, 0, x, y) = (unsigned char)(rand() % 2);
        check_tiles(&image, i % 2 ? &mask.planes : NULL,
                    (struct size2){1 + rand() % 9, 1 + rand() % 9},
                    (struct size2){1 + rand() % 64, 1 + rand() % 64});
        image_free(&image);
        image_free(&mask);
    }
}
END_TEST

/* Of one row, in chunks of n pixels, merged from the last to the first. */
static void sum_row(const char *norm, enum pixel_type type, const double *v, int width, int n,
                    struct buffer *sum)
{
    struct image image = image_new((struct format){type, 1, width, 1});
    struct reducing r;
    char arg[10];
    struct err e;

    for (int x = 0; x < width; x++)
        pixel_store(type, v[x], planes_at(&image.planes, 0, x, 0));
    snprintf(arg, sizeof arg, "--of=%s", norm);
    ck_assert(reducing_of(&r, "norm", arg, &e));
    const size_t size = r.how->bytes(r.args, image.format);
    ck_assert(buffer_reserve(sum, size, &e));
    sum->size = size;
    memset(sum->data, 0, size);
    for (int x = (width - 1) / n * n; x >= 0; x -= n) {
        const struct region part = {x, 0, x + n < width ? n : width - x, 1};
        const struct planes pixels = planes_part(&image.planes, part);
        const struct reducible of = {.scene = image.format, .pixels = &pixels};
        void *more = memory_new(1, size, &e);
        ck_assert(more && r.how->gather(r.args, &of, more) == size);
        ck_assert(r.how->merge(r.args, image.format, more, size, sum->data));
        ck_assert(!r.how->merge(r.args, image.format, more, size - 1, sum->data));
        free(more);
    }
    reducing_free(&r);
    image_free(&image);
}

static double norm_of_row(enum norm norm, enum pixel_type type, const double *v, int width)
{
    struct buffer sum = {0};

    sum_row(norm_names[norm], type, v, width, 2, &sum);
    const double is = norm_of(norm, type, sum.data);
    buffer_free(&sum);
    return is;
}

START_TEST(norms_are_summed_without_rounding)
{
    const double tiny = 0x1p-1074; /* 1e16 swallows a 1, and any order of sums another */
    const double mixed[] = {1e16, -1, 1, -1, 1, tiny, -1e16}, least[] = {tiny, -tiny, tiny};
    const double low[] = {INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN};
    const double odd[] = {3, NAN, -4}, endless[] = {1, -INFINITY};

    ck_assert(norm_of_row(NORM_L1, PX_FLOAT64, mixed, 7) == 2e16 + 4);
    ck_assert(norm_of_row(NORM_L1, PX_FLOAT64, least, 3) == 3 * tiny);
    ck_assert(norm_of_row(NORM_L1, PX_INT32, low, 4) == 0x1p33);
    ck_assert(norm_of_row(NORM_L2, PX_INT32, low, 4) == 0x1p32);
    ck_assert(norm_of_row(NORM_L1, PX_FLOAT32, odd, 3) == 7);
    ck_assert(norm_of_row(NORM_L2, PX_FLOAT32, odd, 3) == 5);
    ck_assert(norm_of_row(NORM_L2, PX_FLOAT64, odd, 3) == 5);
    ck_assert(isinf(norm_of_row(NORM_L1, PX_FLOAT32, endless, 2)));
    ck_assert(isinf(norm_of_row(NORM_L2, PX_FLOAT64, endless, 2)));
}
END_TEST

START_TEST(norms_of_floats_do_not_depend_on_chunks)
{
    enum { WIDTH = 1000 };
    static const enum pixel_type types[] = {PX_FLOAT32, PX_FLOAT64};
    double v[WIDTH];

    for (int i = 0; i < WIDTH; i++)
        v[i] = (rand() - RAND_MAX / 2) * exp2(rand() % 60 - 30);
    for (int i = 0; i < 4; i++) {
        struct buffer one = {0}, other = {0};
        sum_row(norm_names[i / 2], types[i % 2], v, WIDTH, WIDTH, &one);
        sum_row(norm_names[i / 2], types[i % 2], v, WIDTH, 7, &other);
        ck_assert_uint_eq(one.size, other.size);
        ck_assert_mem_eq(one.data, other.data, one.size);
        buffer_free(&one);
        buffer_free(&other);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        base64_goes_there_and_back,
        base64_refuses_what_is_none,
        words_are_what_was_added,
        reducers_are_found_and_their_arguments_read,
        tile_histograms_count_the_mirror_image_too_whatever_the_chunks,
        norms_are_summed_without_rounding,
        norms_of_floats_do_not_depend_on_chunks,
    };

    return UNIT_RUN("reducers", tests);
}
