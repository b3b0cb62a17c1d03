/* err.c - one failure, described where it was found.
 * SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void set(struct err *e, int status, const char *format, va_list ap)
{
    vsnprintf(e->text, sizeof e->text, format, ap);
    e->status = status;
}

void err_set_text(struct err *e, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    set(e, EXIT_FAILED, format, ap);
    va_end(ap);
}

void err_set_usage(struct err *e, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    set(e, EXIT_USAGE, format, ap);
    va_end(ap);
}

void err_set_stopped(struct err *e, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    set(e, EXIT_STOPPED, format, ap);
    va_end(ap);
}

void err_set_errno(struct err *e, const char *format, ...)
{
    int number = errno;
    va_list ap;

    va_start(ap, format);
    set(e, EXIT_FAILED, format, ap);
    va_end(ap);
    size_t used = strlen(e->text);
    snprintf(e->text + used, sizeof e->text - used, ": %s", strerror(number));
}

void err_add_context(struct err *e, const char *format, ...)
{
    char before[sizeof e->text];
    char after[sizeof e->text];
    va_list ap;

    va_start(ap, format);
    vsnprintf(before, sizeof before, format, ap);
    va_end(ap);
    memcpy(after, e->text, sizeof after);
    int n = snprintf(e->text, sizeof e->text, "%.400s: ", before);
    snprintf(e->text + n, sizeof e->text - (size_t)n, "%.500s", after);
}
