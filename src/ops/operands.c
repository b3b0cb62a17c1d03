/* operands.c - ops on two operands.
 * SPDX-License-Identifier: MIT */
#include "ops/operands.h"

#include "base/text.h"
#include "ops/convert.h"
#include "ops/lanes.h"

static int count(const struct numbers *n)
{
    return n->rows * n->columns;
}

bool operands_check(const struct operands *operands, struct stages *s, struct err *e)
{
    const struct format in = s->list[s->current].out;
    const int n = count(&operands->value);
    struct format other;

    if ((operands->with != NULL) == (operands->value.v != NULL))
        return err_usage(e, "%s: %s; give --with=SCENE or --value=NUMBER", s->op_name,
                         operands->with ? "--with and --value exclude each other"
                                        : "the other operand is missing");
    if (!operands->with)
        return n == 1 || n == in.bands ||
               err_usage(e,
                         "%s: --value has %d numbers, its input %d band%s; give one number, or "
                         "one for each band",
                         s->op_name, n, in.bands, text_s(in.bands));
    if (!stages_with(s, in, &other, e))
        return false;
    return stages_same_bands(s, in, other, e);
}

bool operands_result(const char *op, enum pixel_type type, int dtype, enum pixel_type *result,
                     struct err *e)
{
    *result = dtype == PX_SAME ? type : (enum pixel_type)dtype;
    if (*result >= PX_N_KERNEL_TYPES)
        return err_usage(e, "%s: --dtype=%s is not supported; put `convert-to --type=%s` after it",
                         op, pixel_name(*result), pixel_name(*result));
    if (pixel_is_float(type) && !pixel_is_float(*result))
        return err_usage(e,
                         "%s: --dtype=%s does not go with %s pixels; put `convert-to --type=%s` "
                         "before or after it",
                         op, pixel_name(*result), pixel_name(type), pixel_name(*result));
    return true;
}

double operands_pixel(enum pixel_type type, double number)
{
    if (type == PX_FLOAT32)
        return (double)(float)number;
    if (type == PX_FLOAT64)
        return number;
    return fmin(fmax(rint(number), pixel_lowest(type)), pixel_highest(type));
}

static struct constant constant_for(const struct operation *o, double number)
{
    struct constant c = {.value = o->constant ? o->constant(o, number) : number};

    for (int i = 0; i < 3; i++)
        c.parameters[i] = o->parameters[i];
    return c;
}

/* A constant for each band, or what is in its place for two scenes. */
static const struct constant *constants(const struct operation *o, const struct numbers *numbers,
                                        struct stages *s, struct err *e)
{
    const int n = count(numbers), bands = s->list[s->current].out.bands;
    struct constant *c = stages_state(s, (size_t)bands * sizeof *c, e);

    for (int b = 0; c && b < bands; b++)
        c[b] = constant_for(o, n == 0 ? 0 : numbers->v[n == 1 ? 0 : b]);
    return c;
}

enum { VALUES = 256 };

static void look_up(const void *state, const struct window *w)
{
    const uint8 *table = (const uint8 *)state + VALUES * w->band, *in = w->rows[0];
    uint8 *out = w->outs[0];
    const int width = w->width;

    for (int x = lanes_lookup(table, in, out, width); x < width; x++)
        out[x] = table[in[x]];
}

/* A stage on uint8 pixels and a constant becomes a table of what its kernel makes of each value. */
static bool tabulate(struct stage *stage, struct stages *s, struct err *e)
{
    uint8 *table = stages_state(s, (size_t)stage->out.bands * VALUES, e);
    uint8 values[VALUES];
    const void *row = values;

    if (!table)
        return false;
    for (int i = 0; i < VALUES; i++)
        values[i] = (uint8)i;
    for (int b = 0; b < stage->out.bands; b++) {
        void *out = table + (ptrdiff_t)VALUES * b;
        stage->row(
            stage->state,
            &(struct window){.rows = &row, .outs = &out, .width = VALUES, .height = 1, .band = b});
    }
    stage->row = look_up;
    stage->state = table;
    return true;
}

bool operands_add(const struct operands *operands, const struct operation *o, struct stages *s,
                  struct err *e)
{
    const int first = s->current;
    int other = s->with;

    if (operands->with) {
        s->current = other;
        if (!convert_add(s, o->work, 1, 0, e))
            return false;
        other = s->current;
        s->current = first;
    }
    if (!convert_add(s, o->work, 1, 0, e))
        return false;
    struct stage stage = {
        .in = {{.stage = s->current, .border = {BORDER_REPLICATE, 0}},
               {.stage = other, .border = {BORDER_REPLICATE, 0}}},
        .n_in = operands->with ? 2 : 1,
        .out = s->list[s->current].out,
        .row = operands->with ? o->with : o->value,
        .state = constants(o, &operands->value, s, e),
    };
    if (!stage.state)
        return false;
    if (o->is_dear && !operands->with && o->work == PX_UINT8 && !tabulate(&stage, s, e))
        return false;
    return stages_add(s, &stage, e) && convert_add(s, o->result, 1, 0, e);
}
