/* err.h - one failure, described where it was found.
 *
 * Functions that can fail return bool and take a struct err last. The one that finds the failure
 * sets it, with the path and the number; callers clean up. A caller that knows where the work was
 * going on (a chunk, a rank) may put that in front with err_context.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(text_at, first) __attribute__((format(printf, text_at, first)))

/* EXIT_PARTLY: done, but for chunks that are not what was asked for. EXIT_STOPPED: asked to stop by
 * a signal; the work can go on another time. EXIT_SILENT: a rank gave no sign of life. */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_PARTLY = 3,
    EXIT_STOPPED = 75,
    EXIT_SILENT = 76,
};

struct err {
    char text[1000];
    int status; /* what to exit with; EXIT_DONE: the job ends early, with nothing left to do */
};

/* err_set sets *e, with status EXIT_FAILED; err_usage with EXIT_USAGE: the user asked for what
 * cannot be; err_stopped with EXIT_STOPPED; err_errno adds ": " and the text of errno as it was
 * at the call; err_context puts the formatted text and ": " before what *e says. All are false,
 * so that callers can return them (macros, so that the compiler knows it too). */
#define err_set(...) (err_set_text(__VA_ARGS__), err_false())
#define err_usage(...) (err_set_usage(__VA_ARGS__), err_false())
#define err_stopped(...) (err_set_stopped(__VA_ARGS__), err_false())
#define err_errno(...) (err_set_errno(__VA_ARGS__), err_false())
#define err_context(...) (err_add_context(__VA_ARGS__), err_false())

static inline bool err_false(void)
{
    return false;
}

void err_set_text(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);
void err_set_usage(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);
void err_set_stopped(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);
void err_set_errno(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);
void err_add_context(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
