/* put_text.c - text drawn once on every chunk, to show who computed it; looks like OpenCV's
 * putText.
 *
 * A pixel belongs to a stroke when it is no farther from it than half the thickness, so each row
 * can be drawn by itself. Rows outside the chunk (the halo of a later stage) are only copied.
 * SPDX-License-Identifier: MIT */
#include "ops/font.h"
#include "ops/op.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct args {
    const char *text;
    struct point2 org;
    double font_scale, color;
    int thickness;
};

static const struct param params[] = {
    {"text", "what to write; {host} {rank} {chunk} {scene} are filled in", P_TEXT,
     offsetof(struct args, text), param_required, NULL, 0, 0},
    {"org", "bottom left corner of the text, from the chunk's top left one", P_POINT,
     offsetof(struct args, org), NULL, NULL, -1e9, 1e9},
    {"font-scale", "size; at 1, capitals are 21 pixels high", P_REAL,
     offsetof(struct args, font_scale), "1", NULL, 0.01, 1000},
    {"color", "pixel value of the strokes", P_REAL, offsetof(struct args, color), "0", NULL, 0, 0},
    {"thickness", "of the strokes, in pixels", P_INT, offsetof(struct args, thickness), "1", NULL,
     1, 1000},
    {0},
};

struct text {
    struct point2 org;
    double scale, radius;
    size_t pixel_size;
    unsigned char color[8];
    char words[]; /* as the user wrote them */
};

enum { LONGEST_TEXT = 500 }; /* once filled in; what is longer is cut */

/* One row being drawn on. Coordinates are relative to the text's origin. */
struct canvas {
    const struct text *text;
    unsigned char *row;
    int64_t first, from, to; /* the row starts at first; from .. to - 1 may be drawn on */
    double y;
};

static void draw_segment(const struct canvas *c, double ax, double ay, double bx, double by)
{
    const double radius = c->text->radius, dx = bx - ax, dy = by - ay;
    const double length_2 = dx * dx + dy * dy;
    const size_t size = c->text->pixel_size;

    if (c->y < fmin(ay, by) - radius || c->y > fmax(ay, by) + radius)
        return;
    const int64_t from = (int64_t)ceil(fmax((double)c->from, fmin(ax, bx) - radius));
    const int64_t to = (int64_t)floor(fmin((double)c->to - 1, fmax(ax, bx) + radius));
    for (int64_t x = from; x <= to; x++) {
        const double px = (double)x - ax, py = c->y - ay;
        const double along = fmin(fmax((px * dx + py * dy) / length_2, 0), 1);
        const double off_x = px - along * dx, off_y = py - along * dy;
        if (off_x * off_x + off_y * off_y <= radius * radius)
            memcpy(c->row + (size_t)(x - c->first) * size, c->text->color, size);
    }
}

/* Draws a glyph whose left edge is at pen; returns where its right edge is. */
static double draw_glyph(const struct canvas *c, const char *glyph, double pen)
{
    const double scale = c->text->scale;
    const int left = font_number(glyph[0]), right = font_number(glyph[1]);
    double last_x = 0, last_y = 0;
    bool down = false;

    for (const char *at = glyph + 2; *at;) {
        if (*at == ' ') {
            down = false;
            at++;
            continue;
        }
        const double x = pen + (font_number(at[0]) - left) * scale;
        const double y = (font_number(at[1]) - FONT_BASELINE) * scale;
        if (down)
            draw_segment(c, last_x, last_y, x, y);
        last_x = x;
        last_y = y;
        down = true;
        at += 2;
    }
    return pen + (right - left) * scale;
}

static void fill_in(const char *words, const struct place *place, char out[LONGEST_TEXT])
{
    char rank[24], chunk[24];
    const struct {
        const char *name, *value;
    } fields[] = {
        {"{host}", place->host},
        {"{rank}", rank},
        {"{chunk}", chunk},
        {"{scene}", place->scene},
    };
    enum { N_FIELDS = sizeof fields / sizeof fields[0] };
    size_t used = 0;

    snprintf(rank, sizeof rank, "%d", place->rank);
    snprintf(chunk, sizeof chunk, "%" PRId64, place->chunk_index);
    out[0] = '\0';
    while (*words && used < LONGEST_TEXT - 1) {
        int f = 0;
        while (f < N_FIELDS && strncmp(words, fields[f].name, strlen(fields[f].name)) != 0)
            f++;
        if (f < N_FIELDS) {
            snprintf(out + used, LONGEST_TEXT - used, "%s", fields[f].value);
            words += strlen(fields[f].name);
        } else {
            snprintf(out + used, LONGEST_TEXT - used, "%c", *words++);
        }
        used += strlen(out + used);
    }
}

static void put_text_row(const void *state, const struct window *w)
{
    const struct text *t = state;
    const struct region chunk = w->place->chunk;
    const struct region row = {w->x, w->y, w->width, 1};
    const struct region visible = region_intersect(row, chunk);
    const int64_t x0 = chunk.x + t->org.x, y0 = chunk.y + t->org.y;
    const struct canvas canvas = {
        .text = t,
        .row = w->outs[0],
        .first = w->x - x0,
        .from = visible.x - x0,
        .to = visible.x + visible.width - x0,
        .y = (double)(w->y - y0),
    };
    char words[LONGEST_TEXT];
    double pen = 0;

    memcpy(w->outs[0], w->rows[0], (size_t)w->width * t->pixel_size);
    if (region_is_empty(visible) || canvas.y < (FONT_TOP - FONT_BASELINE) * t->scale - t->radius ||
        canvas.y > (FONT_BOTTOM - FONT_BASELINE) * t->scale + t->radius)
        return;
    fill_in(t->words, w->place, words);
    for (const char *c = words; *c; c++)
        pen = draw_glyph(&canvas, font_glyph(*c), pen);
}

#define ROW(T) put_text_row,
static row_kernel *const rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW)};

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;

    if (!op_takes("put-text", rows, in.type, e))
        return false;
    const size_t n = strlen(a->text) + 1;
    struct text *t = stages_state(out, sizeof *t + n, e);
    if (!t)
        return false;
    t->org = a->org;
    t->scale = a->font_scale;
    t->radius = a->thickness / 2.0;
    t->pixel_size = pixel_size(in.type);
    pixel_store(in.type, a->color, t->color);
    memcpy(t->words, a->text, n);
    const bool ok = stages_add_row(out, rows[in.type], t, in, (struct reach){0},
                                   (struct border){BORDER_REPLICATE, 0}, e);
    out->list[out->n - 1].by_place = ok;
    return ok;
}

const struct op op_put_text = {
    .name = "put-text",
    .summary = "write on every chunk, such as the host that computed it",
    .source = "after OpenCV imgproc, putText, with the Hershey Roman Simplex letters",
    .example = "--text={host} --org=10,30 --color=255",
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
