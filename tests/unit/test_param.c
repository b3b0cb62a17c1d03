/* test_param.c - numbers, sizes and names out of text, and tables of parameters.
 * SPDX-License-Identifier: MIT */
#include "base/pixel.h"
#include "base/text.h"
#include "ops/param.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

START_TEST(integers_are_read_whole_or_not_at_all)
{
    static const char *const wrong[] = {"",  " 1",  "1 ",  "1x",
                                        "x", "1.5", "--1", "9223372036854775808"};
    int64_t v = 42;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!text_to_i64(wrong[i], &v), "'%s'", wrong[i]);
    ck_assert_int_eq(v, 42);
    ck_assert(text_to_i64("-9223372036854775808", &v) && v == INT64_MIN);
    ck_assert(text_to_i64("0012", &v) && v == 12);
}
END_TEST

START_TEST(reals_are_finite)
{
    static const char *const wrong[] = {"", "inf", "nan", "1e999", "1,5", "1.5 ", "abc"};
    double v = 42;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!text_to_real(wrong[i], &v), "'%s'", wrong[i]);
    ck_assert(text_to_real("-1.5e3", &v) && v == -1500);
    ck_assert(text_to_real(".25", &v) && v == 0.25);
}
END_TEST

START_TEST(booleans_have_several_spellings)
{
    bool v = false;

    ck_assert(text_to_bool("true", &v) && v);
    ck_assert(text_to_bool("off", &v) && !v);
    ck_assert(text_to_bool("Yes", &v) && v);
    ck_assert(!text_to_bool("maybe", &v) && !text_to_bool("", &v));
}
END_TEST

START_TEST(bytes_have_binary_multiples)
{
    static const char *const wrong[] = {"", "-1", "M", "1Q", "1MM", "99999999999G", "1 M"};
    char text[40];
    size_t v;

    ck_assert(text_to_bytes("512", &v) && v == 512);
    ck_assert(text_to_bytes("400M", &v) && v == (size_t)400 << 20);
    ck_assert(text_to_bytes("1.5g", &v) && v == (size_t)3 << 29);
    ck_assert(text_to_bytes("2KiB", &v) && v == 2048);
    ck_assert(text_to_bytes("2kb", &v) && v == 2048);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!text_to_bytes(wrong[i], &v), "'%s'", wrong[i]);
    ck_assert_str_eq(text_bytes(1536, text, sizeof text), "1.5 KiB");
    ck_assert_str_eq(text_bytes(7, text, sizeof text), "7 B");
}
END_TEST

START_TEST(tuples_have_just_so_many_numbers)
{
    int64_t v[3];

    ck_assert(text_to_i64s("3,-4", ',', 2, v) && v[0] == 3 && v[1] == -4);
    ck_assert(text_to_i64s("1x2x3", 'x', 3, v) && v[2] == 3);
    ck_assert(!text_to_i64s("3", ',', 2, v));
    ck_assert(!text_to_i64s("3,4,5", ',', 2, v));
    ck_assert(!text_to_i64s("3,", ',', 2, v));
    ck_assert(!text_to_i64s(",3", ',', 2, v));
}
END_TEST

START_TEST(the_nearest_name_is_one_typo_away)
{
    static const char *const names[] = {"threshold", "blur", "sobel", "convert-to"};

    ck_assert_str_eq(text_nearest("treshold", names, 4), "threshold");
    ck_assert_str_eq(text_nearest("blru", names, 4), "blur");
    ck_assert_str_eq(text_nearest("convertto", names, 4), "convert-to");
    ck_assert_ptr_null(text_nearest("xyzzy", names, 4));
    ck_assert_ptr_null(text_nearest("", names, 4));
    ck_assert_ptr_null(text_nearest("blur", names, 0));
    char longest[500];
    memset(longest, 'b', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    ck_assert_ptr_null(text_nearest(longest, names, 4));
}
END_TEST

struct values {
    int count, mode, type;
    double level;
    bool fast;
    const char *note;
    struct size2 ksize;
    struct point2 org;
    size_t memory;
    double most;
    struct text_list options;
};

static const char *const modes[] = {"slow", "quick", NULL};

#define AT(field) offsetof(struct values, field)
static const struct param params[] = {
    {"count", "how many", P_INT, AT(count), "3", NULL, 1, 9},
    {"mode", "how", P_CHOICE, AT(mode), "quick", modes, 0, 0},
    {"type", "of pixels", P_TYPE, AT(type), "same", NULL, 0, 0},
    {"level", "a number", P_REAL, AT(level), NULL, NULL, 0, 0},
    {"fast", "a flag", P_BOOL, AT(fast), "false", NULL, 0, 0},
    {"most", "a number, or none", P_MAYBE, AT(most), NULL, NULL, 0, 7},
    {"note", "some text", P_TEXT, AT(note), NULL, NULL, 0, 0},
    {"ksize", "a size", P_SIZE, AT(ksize), "5", NULL, 0, 31},
    {"org", "a point", P_POINT, AT(org), "-1,-1", NULL, 0, 0},
    {"memory", "bytes", P_BYTES, AT(memory), NULL, NULL, 0, 0},
    {"co", "an option", P_LIST, AT(options), NULL, NULL, 0, 0},
    {0},
};

enum { MAX_WORDS = 6 };

static bool read_words(const char *const words[MAX_WORDS], struct values *v,
                       struct positionals *positional, struct err *e)
{
    int n = 0;

    while (n < MAX_WORDS && words[n])
        n++;
    *v = (struct values){0};
    return params_read("op", params, n, words, v, positional, e);
}

#define WORDS(...) ((const char *const[MAX_WORDS]){__VA_ARGS__})

START_TEST(defaults_are_set)
{
    struct values v;
    struct err e;

    ck_assert(read_words(WORDS("--level=2.5"), &v, NULL, &e));
    ck_assert(v.count == 3 && v.mode == 1 && v.type == PX_SAME && v.level == 2.5 && !v.fast);
    ck_assert(!v.note && v.memory == 0 && v.options.n == 0 && isnan(v.most));
    ck_assert(v.ksize.width == 5 && v.ksize.height == 5 && v.org.x == -1 && v.org.y == -1);
    params_free(params, &v, NULL);
}
END_TEST

START_TEST(both_spellings_are_read)
{
    struct values v;
    struct err e;

    ck_assert(
        read_words(WORDS("--level", "-2", "--ksize=7x3", "--fast", "--org=4,-5"), &v, NULL, &e));
    ck_assert(v.level == -2 && v.fast && v.ksize.width == 7 && v.ksize.height == 3);
    ck_assert(v.org.x == 4 && v.org.y == -5);
    params_free(params, &v, NULL);
    ck_assert(
        read_words(WORDS("--level=1", "--note=a=b", "--fast=no", "--type=Float32", "--memory=1K"),
                   &v, NULL, &e));
    ck_assert_str_eq(v.note, "a=b");
    ck_assert(!v.fast && v.type == PX_FLOAT32 && v.memory == 1024);
    params_free(params, &v, NULL);
}
END_TEST

START_TEST(lists_and_positionals_keep_their_order)
{
    struct positionals positional = {0};
    struct values v;
    struct err e;

    ck_assert(read_words(WORDS("in.tif", "--co", "A=1", "--level=0", "--co=B=2", "out.tif"), &v,
                         &positional, &e));
    ck_assert_int_eq(v.options.n, 2);
    ck_assert_str_eq(v.options.item[0], "A=1");
    ck_assert_str_eq(v.options.item[1], "B=2");
    ck_assert_int_eq(positional.n, 2);
    ck_assert_str_eq(positional.item[0], "in.tif");
    ck_assert_str_eq(positional.item[1], "out.tif");
    params_free(params, &v, &positional);
    ck_assert(v.options.n == 0 && positional.n == 0);
}
END_TEST

START_TEST(mistakes_name_the_parameter_and_the_remedy)
{
    static const struct {
        const char *words[MAX_WORDS], *says;
    } wrong[] = {
        {{"--count=4"}, "--level is missing"},
        {{"--levle=4"}, "did you mean --level?"},
        {{"--level=4", "--zzzzzzzz"}, "there is no --zzzzzzzz"},
        {{"--level=4", "--count=0"}, "goes from 1 to 9"},
        {{"--level=4", "--count=1.5"}, "is no integer"},
        {{"--level=abc"}, "--level='abc' is no number (a number)"},
        {{"--level=4", "--most=abc"}, "--most='abc' is no number"},
        {{"--level=4", "--most=8"}, "goes from 0 to 7"},
        {{"--level=4", "--count=99999999999999999999"}, "--count"},
        {{"--level=4", "--mode=fast"}, "none of slow, quick"},
        {{"--level=4", "--type=complex64"}, "is no pixel type"},
        {{"--level=4", "--ksize=3x"}, "N or WxH"},
        {{"--level=4", "--ksize=3x99"}, "out of range"},
        {{"--level=4", "--org=3"}, "x,y"},
        {{"--level=4", "--memory=lots"}, "is no number of bytes"},
        {{"--level=4", "--level=4"}, "given twice"},
        {{"--level"}, "needs a value"},
        {{"--level=4", "--fast=maybe"}, "neither true nor false"},
        {{"--level=4", "stray"}, "'stray' is not expected"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct values v;
        struct err e = {0};
        ck_assert_msg(!read_words(wrong[i].words, &v, NULL, &e), "%s", wrong[i].says);
        ck_assert_int_eq(e.status, EXIT_USAGE);
        ck_assert_msg(strncmp(e.text, "op: ", 4) == 0 && strstr(e.text, wrong[i].says),
                      "'%s' does not say '%s'", e.text, wrong[i].says);
        params_free(params, &v, NULL);
    }
}
END_TEST

START_TEST(a_kind_that_may_be_absent_can_be_required)
{
    static const struct param table[] = {
        {"table", "its numbers", P_NUMBERS, 0, param_required, NULL, 0, 0},
        {0},
    };
    struct numbers v = {0};
    struct err e = {0};

    ck_assert(param_is_required(table) && !param_default(table));
    ck_assert(!params_read("op", table, 0, NULL, &v, NULL, &e));
    ck_assert_str_eq(e.text, "op: --table is missing (its numbers)");
    ck_assert(params_read("op", table, 1, (const char *[]){"--table=1,2"}, &v, NULL, &e));
    ck_assert(v.columns == 2);
    params_free(table, &v, NULL);
}
END_TEST

START_TEST(flags_take_no_value)
{
    bool found;

    ck_assert(param_takes_value(params, "level", &found) && found);
    ck_assert(!param_takes_value(params, "fast", &found) && found);
    ck_assert(!param_takes_value(params, "lev", &found) && !found);
}
END_TEST

START_TEST(help_has_a_line_for_each_parameter)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    int lines = 0;

    ck_assert_ptr_nonnull(out);
    params_print(params, out);
    fclose(out);
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    ck_assert_int_eq(lines, (int)(sizeof params / sizeof params[0]) - 1);
    ck_assert_ptr_nonnull(strstr(text, "--mode=NAME"));
    ck_assert_ptr_nonnull(strstr(text, "how: slow quick (default quick)"));
    ck_assert_ptr_nonnull(strstr(text, "a number (required)"));
    free(text);
}
END_TEST

START_TEST(numbers_may_be_ranges)
{
    struct numbers n = {0};
    struct err e;

    ck_assert(numbers_read(&n, "3..1,7;-1..2", &e));
    ck_assert_int_eq(n.rows, 2);
    ck_assert_int_eq(n.columns, 4);
    for (int i = 0; i < 8; i++)
        ck_assert_double_eq(n.v[i], ((const double[]){3, 2, 1, 7, -1, 0, 1, 2})[i]);
    numbers_free(&n);
    ck_assert(!numbers_read(&n, "1..2..3", &e));
    ck_assert(!numbers_read(&n, "1.5..3", &e));
    ck_assert(!numbers_read(&n, "0..", &e));
    ck_assert(!numbers_read(&n, "0..1000000000000", &e));
    ck_assert_ptr_nonnull(strstr(e.text, "more than"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        integers_are_read_whole_or_not_at_all,
        reals_are_finite,
        booleans_have_several_spellings,
        bytes_have_binary_multiples,
        tuples_have_just_so_many_numbers,
        numbers_may_be_ranges,
        the_nearest_name_is_one_typo_away,
        defaults_are_set,
        both_spellings_are_read,
        lists_and_positionals_keep_their_order,
        mistakes_name_the_parameter_and_the_remedy,
        a_kind_that_may_be_absent_can_be_required,
        flags_take_no_value,
        help_has_a_line_for_each_parameter,
    };

    return UNIT_RUN("param", tests);
}
