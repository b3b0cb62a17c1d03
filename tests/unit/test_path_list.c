/* test_path_list.c - what files words, patterns and lists stand for.
 * SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/path_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In a folder of its own, with files b.tif a.tif c.png and a[1].tif. */
static void make_files(char *folder)
{
    static const char *const names[] = {"b.tif", "a.tif", "c.png", "a[1].tif"};

    strcpy(folder, "/tmp/path_list-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        FILE *f = fopen(names[i], "w");
        ck_assert_ptr_nonnull(f);
        fclose(f);
    }
}

static void remove_files(const char *folder)
{
    char command[200];

    ck_assert_int_eq(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static void expect(const struct path_list *l, int n, const char *const *paths)
{
    ck_assert_int_eq(l->n, n);
    for (int i = 0; i < n; i++)
        ck_assert_str_eq(l->item[i], paths[i]);
}

START_TEST(patterns_are_sorted_and_words_keep_their_order)
{
    const char *const words[] = {"z", "*.tif", "a[1].tif", "c.???"};
    const char *const want[] = {"z", "a.tif", "a[1].tif", "b.tif", "a[1].tif", "c.png"};
    struct path_list l;
    struct err e;
    char folder[32];

    make_files(folder);
    ck_assert(path_list_read(&l, "each", 4, words, &e));
    expect(&l, 6, want);
    path_list_free(&l);
    remove_files(folder);
}
END_TEST

START_TEST(a_list_gives_its_lines_as_they_are)
{
    const char *const words[] = {"@list", "b.tif"};
    const char *const want[] = {"a.tif", "no *.tif", " b ", "b.tif"};
    struct path_list l;
    struct err e;
    char folder[32];

    make_files(folder);
    FILE *f = fopen("list", "w");
    ck_assert_ptr_nonnull(f);
    fputs("a.tif\r\n# none\n\nno *.tif\n b ", f);
    fclose(f);
    ck_assert(path_list_read(&l, "each", 2, words, &e));
    expect(&l, 4, want);
    path_list_free(&l);
    remove_files(folder);
}
END_TEST

START_TEST(patterns_and_lists_without_files_are_refused)
{
    const char *const none[] = {"a.tif", "*.jp2"}, *const missing[] = {"@missing"};
    const char *const empty[] = {"@c.png"};
    struct path_list l;
    struct err e;
    char folder[32];

    make_files(folder);
    ck_assert(!path_list_read(&l, "each", 2, none, &e));
    ck_assert_int_eq(e.status, EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(e.text, "'*.jp2'"));
    path_list_free(&l);
    ck_assert(!path_list_read(&l, "each", 1, missing, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "the list missing"));
    path_list_free(&l);
    ck_assert(!path_list_read(&l, "each", 1, empty, &e));
    ck_assert_int_eq(e.status, EXIT_USAGE);
    path_list_free(&l);
    remove_files(folder);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        patterns_are_sorted_and_words_keep_their_order,
        a_list_gives_its_lines_as_they_are,
        patterns_and_lists_without_files_are_refused,
    };

    return UNIT_RUN("path_list", tests);
}
