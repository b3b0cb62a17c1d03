/* test_journal.c - the journal: what was appended is read again, however the file was torn; and
 * durable.
 * SPDX-License-Identifier: MIT */
#include "guard/durable.h"
#include "guard/journal.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORDS = 20 };
static char folder[] = "/tmp/tilery-journal.XXXXXX";
static char path[100];

static struct buffer bytes_of(int number, size_t n)
{
    struct buffer b = {0};
    struct err e;

    ck_assert(buffer_reserve(&b, n, &e));
    memset(b.data, number, n);
    b.size = n;
    return b;
}

static size_t size_of(int number)
{
    return (size_t)(number * 37 % 101 + 1);
}

/* Writes a journal of RECORDS records; ends[i] is its size with i of them. */
static void make(off_t ends[RECORDS + 1])
{
    struct buffer b = bytes_of(99, 33);
    struct journal *j;
    struct stat st;
    struct err e;

    unlink(path);
    ck_assert(journal_create(&j, path, &b, &e));
    buffer_free(&b);
    for (int i = 0; i <= RECORDS; i++) {
        ck_assert(stat(path, &st) == 0);
        ends[i] = st.st_size;
        if (i == RECORDS)
            break;
        b = bytes_of(i, size_of(i));
        ck_assert(journal_append(j, &b, &e));
        buffer_free(&b);
    }
    ck_assert(journal_sync(j, &e));
    journal_close(j);
}

/* Counts records, which must come in order and whole. */
static bool count(void *ctx, const unsigned char *bytes, size_t n, struct err *e)
{
    int *seen = ctx;

    if (n != size_of(*seen))
        return err_set(e, "record %d has %zu bytes", *seen, n);
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != *seen)
            return err_set(e, "record %d is wrong", *seen);
    ++*seen;
    return true;
}

/* Reads it: how many records there are; -1: no head. */
static int read_all(bool append)
{
    struct buffer head = {0}, b = {0};
    struct journal *j;
    struct err e;
    int seen = 0;

    ck_assert_msg(journal_open(&j, path, &head, count, &seen, &e), "%s", e.text);
    if (!j)
        return -1;
    ck_assert(head.size == 33 && head.data[0] == 99);
    if (append) {
        b = bytes_of(seen, size_of(seen));
        ck_assert(journal_append(j, &b, &e));
    }
    buffer_free(&b);
    buffer_free(&head);
    journal_close(j);
    return seen;
}

START_TEST(what_was_appended_is_read_again)
{
    off_t ends[RECORDS + 1];

    make(ends);
    ck_assert_int_eq(read_all(true), RECORDS);
    ck_assert_int_eq(read_all(false), RECORDS + 1);
}
END_TEST

START_TEST(a_torn_tail_ends_it_and_is_written_over)
{
    off_t ends[RECORDS + 1];

    make(ends);
    for (off_t cut = ends[RECORDS]; cut >= 0; cut--) {
        int whole = -1;
        for (int i = 0; i <= RECORDS; i++)
            whole = ends[i] <= cut ? i : whole;
        ck_assert(truncate(path, cut) == 0);
        ck_assert_int_eq(read_all(false), whole);
    }
    make(ends);
    ck_assert(truncate(path, ends[7] - 3) == 0);
    ck_assert_int_eq(read_all(true), 6);
    ck_assert_int_eq(read_all(false), 7);
}
END_TEST

START_TEST(a_flipped_bit_ends_it)
{
    off_t ends[RECORDS + 1];
    unsigned char byte;

    for (int i = 0; i < 200; i++) {
        make(ends);
        const off_t at = rand() % ends[RECORDS];
        int whole = -1;
        for (int k = 0; k <= RECORDS; k++)
            whole = ends[k] <= at ? k : whole;
        const int fd = open(path, O_RDWR);
        ck_assert(pread(fd, &byte, 1, at) == 1);
        byte ^= (unsigned char)(1 << (rand() % 8));
        ck_assert(pwrite(fd, &byte, 1, at) == 1);
        close(fd);
        ck_assert_int_eq(read_all(false), whole);
    }
}
END_TEST

START_TEST(one_run_at_a_time_and_no_link_is_followed)
{
    struct buffer head = bytes_of(1, 3), read = {0};
    struct journal *a, *b;
    struct err e;
    int seen = 0;

    unlink(path);
    ck_assert(journal_create(&a, path, &head, &e));
    ck_assert(!journal_open(&b, path, &read, count, &seen, &e));
    ck_assert_msg(strstr(e.text, "another run"), "%s", e.text);
    ck_assert(!journal_create(&b, path, &head, &e)); /* it is there */
    journal_close(a);
    unlink(path);
    ck_assert(symlink("/tmp/elsewhere", path) == 0);
    ck_assert(!journal_create(&b, path, &head, &e));
    ck_assert(!journal_open(&b, path, &read, count, &seen, &e));
    unlink(path);
    buffer_free(&head);
}
END_TEST

START_TEST(every_task_becomes_durable_once)
{
    struct durable *d;
    struct buffer tasks = {0};
    struct durable_task task;
    bool seen[500] = {0};
    struct err e;
    const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    ck_assert(durable_new(&d, 0.001, &e));
    durable_file(d, fd);
    for (int i = 0; i < 500; i++) {
        ck_assert(pwrite(fd, &i, sizeof i, i * (off_t)sizeof i) == sizeof i);
        ck_assert(durable_add(d, (struct durable_task){i, (uint64_t)i * 7}, &e));
        ck_assert(durable_take(d, &tasks, &e));
    }
    ck_assert(durable_drain(d, &tasks, &e));
    ck_assert_uint_eq(tasks.size, 500 * sizeof task);
    for (size_t at = 0; at < tasks.size; at += sizeof task) {
        memcpy(&task, tasks.data + at, sizeof task);
        ck_assert(!seen[task.task] && task.at == (uint64_t)task.task * 7);
        seen[task.task] = true;
    }
    durable_free(d);
    buffer_free(&tasks);
    close(fd);
}
END_TEST

START_TEST(a_sync_that_fails_is_told)
{
    struct durable *d;
    struct buffer tasks = {0};
    struct err e;
    int ends[2];

    ck_assert(pipe(ends) == 0); /* cannot be synced */
    ck_assert(durable_new(&d, 0, &e));
    durable_file(d, ends[0]);
    ck_assert(durable_add(d, (struct durable_task){1, 2}, &e));
    ck_assert(!durable_drain(d, &tasks, &e));
    ck_assert_uint_eq(tasks.size, 0);
    durable_free(d);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal");
    TCase *tcase = tcase_create("journal");

    if (!mkdtemp(folder))
        return EXIT_FAILURE;
    snprintf(path, sizeof path, "%s/x.journal", folder);
    tcase_add_test(tcase, what_was_appended_is_read_again);
    tcase_add_test(tcase, a_torn_tail_ends_it_and_is_written_over);
    tcase_add_test(tcase, a_flipped_bit_ends_it);
    tcase_add_test(tcase, one_run_at_a_time_and_no_link_is_followed);
    tcase_add_test(tcase, every_task_becomes_durable_once);
    tcase_add_test(tcase, a_sync_that_fails_is_told);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    unlink(path);
    rmdir(folder);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
