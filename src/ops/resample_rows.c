/* resample_rows.c - the sums along x.
 *
 * Which pixels are summed up changes from one output pixel to the next, but is the same for all
 * rows. So 16 rows are taken at once and turned over: columns of 16 pixels lie in a ring of
 * columns, and each output column is a sum of whole columns, which any processor adds as vectors.
 * The result is turned back. Against looking up every pixel by itself, turning costs about one
 * vector instruction a pixel.
 * SPDX-License-Identifier: MIT */
#include "ops/resample_rows.h"
#include "ops/tile.h"

enum {
    LANES = 16,             /* rows at once, and columns loaded and stored at once */
    RING = 128,             /* columns: 8 KiB of float32 */
    AT_ONCE = RING - LANES, /* columns that are surely there together */
    TILE = LANES * LANES,
};

/* Scratch space; 8 bytes a pixel are the most. */
struct work {
    _Alignas(64) unsigned char ring[RING * LANES * 8];
    unsigned char sums[TILE * 8], turned[TILE * 8], edge[TILE * 8];
    int16 narrowed[TILE];
    const void *rows[LANES], *edges[LANES], *sum_columns[LANES], *narrow_columns[LANES];
    int64_t base, loaded; /* column c lies in the ring at (c - base) % RING, if before `loaded` */
};

/* --- pieces ----------------------------------------------------------------------------------- */

/* 16 x 16 pixels from position `at` of 16 rows on, column by column. */
#define TURN(T)                                                                                    \
    SIMD static void resample_turn_##T(const void *const *from, int64_t at, void *to)              \
    {                                                                                              \
        enum { N = TILE_##T };                                                                     \
        for (int y = 0; y < LANES; y += N)                                                         \
            for (int x = 0; x < LANES; x += N) {                                                   \
                tile_##T a[N];                                                                     \
                for (int i = 0; i < N; i++)                                                        \
                    memcpy(&a[i], (const T *)from[y + i] + at + x, sizeof a[i]);                   \
                tile_turn_##T(a);                                                                  \
                for (int i = 0; i < N; i++)                                                        \
                    memcpy((T *)to + (x + i) * LANES + y, &a[i], sizeof a[i]);                     \
            }                                                                                      \
    }                                                                                              \
    /* The same pixels, not turned, where some lie outside the rows' width. */                     \
    static void clamp_##T(const void *const *rows, int64_t at, int64_t width, void *to)            \
    {                                                                                              \
        for (int y = 0; y < LANES; y++)                                                            \
            for (int x = 0; x < LANES; x++) {                                                      \
                const int64_t c = at + x;                                                          \
                ((T *)to)[y * LANES + x] = ((const T *)rows[y])[c < 0       ? 0                    \
                                                                : c < width ? c                    \
                                                                            : width - 1];          \
            }                                                                                      \
    }
FOR_EACH_PIXEL_SIZE(TURN)

#define WIDEN(T)                                                                                   \
    SIMD static void resample_widen_##T(const void *from, void *to)                                \
    {                                                                                              \
        const T *restrict in = from;                                                               \
        float *restrict out = to;                                                                  \
                                                                                                   \
        for (int i = 0; i < TILE; i++)                                                             \
            out[i] = (float)in[i];                                                                 \
    }
WIDEN(uint8)
WIDEN(uint16)
WIDEN(int16)

SIMD static void resample_narrow(const float *restrict in, int16 *restrict out)
{
    for (int i = 0; i < TILE; i++)
        out[i] = (int16)((int)in[i] >> 4);
}

/* Sums go from left to right. The usual counts are one expression each. */
#define EACH_LANE(EXPRESSION)                                                                      \
    for (int r = 0; r < LANES; r++)                                                                \
    out[r] = (EXPRESSION)
#define TERM(k) ring[((at + (size_t)(k)) & (RING - 1)) * LANES + (size_t)r] * w[k]
#define SUM(W)                                                                                     \
    /* Adds `count` columns from `at` on to a sum. */                                              \
    SIMD static void resample_add_##W(const void *columns, size_t at, const float *restrict w,     \
                                      int count, void *sum)                                        \
    {                                                                                              \
        const W *restrict ring = columns;                                                          \
        W *restrict out = sum;                                                                     \
        int k = 0;                                                                                 \
                                                                                                   \
        for (; k + 4 <= count; k += 4)                                                             \
            EACH_LANE(out[r] + TERM(k) + TERM(k + 1) + TERM(k + 2) + TERM(k + 3));                 \
        for (; k < count; k++)                                                                     \
            EACH_LANE(out[r] + TERM(k));                                                           \
    }                                                                                              \
    /* The sums of output columns x .. x + n - 1; column 0 of the ring is pixel `base`. */         \
    SIMD static void resample_sum_##W(const void *columns, int64_t base, const struct axis *a,     \
                                      int64_t x, int n, void *sums)                                \
    {                                                                                              \
        const W *restrict ring = columns;                                                          \
                                                                                                   \
        for (int i = 0; i < n; i++) {                                                              \
            const float *restrict w = a->weights + (x + i) * a->taps;                              \
            const size_t at = (size_t)(a->first[x + i] - base);                                    \
            W *restrict out = (W *)sums + (ptrdiff_t)i * LANES;                                    \
            switch (a->count[x + i]) {                                                             \
            case 1:                                                                                \
                EACH_LANE(TERM(0));                                                                \
                break;                                                                             \
            case 2:                                                                                \
                EACH_LANE(TERM(0) + TERM(1));                                                      \
                break;                                                                             \
            case 3:                                                                                \
                EACH_LANE(TERM(0) + TERM(1) + TERM(2));                                            \
                break;                                                                             \
            case 4:                                                                                \
                EACH_LANE(TERM(0) + TERM(1) + TERM(2) + TERM(3));                                  \
                break;                                                                             \
            case 8:                                                                                \
                EACH_LANE(TERM(0) + TERM(1) + TERM(2) + TERM(3) + TERM(4) + TERM(5) + TERM(6) +    \
                          TERM(7));                                                                \
                break;                                                                             \
            default:                                                                               \
                EACH_LANE(TERM(0));                                                                \
                resample_add_##W(columns, at + 1, w + 1, a->count[x + i] - 1, out);                \
            }                                                                                      \
        }                                                                                          \
    }
SUM(float32)
SUM(float64)

/* --- the kernel ------------------------------------------------------------------------------- */

/* Brings columns from .. to - 1, no more than AT_ONCE, into the ring. */
static void load(const struct horizontal *h, const struct window *w, struct work *k, int64_t from,
                 int64_t to)
{
    if (k->loaded < from)
        k->loaded = from - (from - k->base) % LANES;
    for (; k->loaded < to; k->loaded += LANES) {
        const int64_t at = k->loaded - w->in.x;
        void *ring = k->ring + (size_t)((k->loaded - k->base) % RING) * h->column;
        void *turned = h->widen ? k->turned : ring;
        if (at >= 0 && at + LANES <= w->in.width) {
            h->turn_in(k->rows, at, turned);
        } else {
            h->clamp(k->rows, at, w->in.width, k->edge);
            h->turn_in(k->edges, 0, turned);
        }
        if (h->widen)
            h->widen(turned, ring);
    }
}

/* One output column of more pixels than the ring can hold. */
static void sum_long(const struct horizontal *h, const struct window *w, struct work *k, int64_t x,
                     void *sum)
{
    const struct axis *a = h->r.x;
    const float *weights = a->weights + x * a->taps;

    memset(sum, 0, h->column);
    for (int done = 0; done < a->count[x]; done += AT_ONCE) {
        const int more = a->count[x] - done < AT_ONCE ? a->count[x] - done : AT_ONCE;
        const int64_t first = (int64_t)a->first[x] + done;
        load(h, w, k, first, first + more);
        h->add(k->ring, (size_t)(first - k->base), weights + done, more, sum);
    }
}

/* Sums of n output columns from column x of the scene on: as many at a time as the ring allows. */
static void sum_up(const struct horizontal *h, const struct window *w, struct work *k, int64_t x,
                   int n)
{
    const struct axis *a = h->r.x;

    for (int i = 0, m; i < n; i += m) {
        const int64_t first = a->first[x + i];
        unsigned char *sums = k->sums + (size_t)i * h->column;
        for (m = 0; i + m < n; m++)
            if ((int64_t)a->first[x + i + m] + a->count[x + i + m] - first > AT_ONCE)
                break;
        if (m > 0) {
            load(h, w, k, first, (int64_t)a->first[x + i + m - 1] + a->count[x + i + m - 1]);
            h->sum(k->ring, k->base, a, x + i, m, sums);
        } else {
            sum_long(h, w, k, x + i, sums);
            m = 1;
        }
    }
}

/* Puts the sums, turned back, into n pixels of each row from pixel x on. */
static void store(const struct horizontal *h, const struct window *w, struct work *k, int x, int n)
{
    const size_t row = LANES * h->out_pixel;

    if (h->narrow)
        resample_narrow((const float *)(const void *)k->sums, k->narrowed);
    h->turn_out(h->narrow ? k->narrow_columns : k->sum_columns, 0, k->turned);
    for (int i = 0; i < w->height; i++)
        memcpy((unsigned char *)w->outs[i] + (size_t)x * h->out_pixel, k->turned + (size_t)i * row,
               (size_t)n * h->out_pixel);
}

static void prepare_work(const struct horizontal *h, const struct window *w, struct work *k)
{
    for (int i = 0; i < LANES; i++) {
        const int64_t row = w->y + (i < w->height ? i : w->height - 1);
        k->rows[i] = w->rows[resampling_row(&h->r, row) - w->in.y];
        k->edges[i] = k->edge + (size_t)i * LANES * h->pixel;
        k->sum_columns[i] = k->sums + (size_t)i * h->column;
        k->narrow_columns[i] = k->narrowed + (size_t)i * LANES;
    }
    k->base = k->loaded = h->r.x->first[w->x];
}

void resample_rows_plain(const void *state, const struct window *w)
{
    const struct horizontal *h = state;
    struct work *k = w->scratch;

    prepare_work(h, w, k);
    memset(k->sums, 0, sizeof k->sums); /* of columns that the last store does not have */
    for (int x = 0; x < w->width; x += LANES) {
        const int n = w->width - x < LANES ? w->width - x : LANES;
        sum_up(h, w, k, w->x + x, n);
        store(h, w, k, x, n);
    }
}

/* --- the stage -------------------------------------------------------------------------------- */

static struct region need(const void *state, struct region out)
{
    const struct resampling *r = &((const struct horizontal *)state)->r;
    int64_t x0 = out.x, x1 = out.x + out.width;
    const int64_t y0 = resampling_row(r, out.y), y1 = resampling_row(r, out.y + out.height - 1) + 1;

    axis_need(r->x, &x0, &x1);
    return (struct region){x0, y0, x1 - x0, y1 - y0};
}

static void valid_kernel(const void *state, const struct window *w)
{
    const struct resampling *r = &((const struct horizontal *)state)->r;

    for (int i = 0; i < w->height; i++) {
        const uint8 *in = w->rows[resampling_row(r, w->y + i) - w->in.y];
        uint8 *out = w->outs[i];
        for (int x = 0; x < w->width; x++)
            out[x] = in[axis_centre(r->x, w->x + x) - w->in.x];
    }
}

/* How pixels of a type are brought in, and what they are summed up in. */
struct way_in {
    turn_tiles *turn;
    clamp_columns *clamp;
    widen_pixels *widen;
    enum pixel_type sums;
};

static const struct way_in ways_in[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = {resample_turn_uint8, clamp_uint8, resample_widen_uint8, PX_FLOAT32},
    [PX_UINT16] = {resample_turn_uint16, clamp_uint16, resample_widen_uint16, PX_FLOAT32},
    [PX_INT16] = {resample_turn_uint16, clamp_uint16, resample_widen_int16, PX_FLOAT32},
    [PX_FLOAT32] = {resample_turn_uint32, clamp_uint32, NULL, PX_FLOAT32},
    [PX_FLOAT64] = {resample_turn_uint64, clamp_uint64, NULL, PX_FLOAT64},
};

/* 32-bit integers would lose to OpenCV's weights, which are float32. */
bool resample_takes(const char *op, enum pixel_type type, struct err *e)
{
    row_kernel *taken[PX_N_KERNEL_TYPES];

    for (int t = 0; t < PX_N_KERNEL_TYPES; t++)
        taken[t] = ways_in[t].turn ? resample_rows_plain : NULL;
    return op_takes(op, taken, type, e);
}

bool resample_rows(struct stages *s, const struct resampling *r, struct format in, struct err *e)
{
    struct horizontal *h = stages_state(s, sizeof *h, e);
    const struct way_in *way = &ways_in[r->type];
    const bool in_double = way->sums == PX_FLOAT64;
    struct format out = in;

    if (!h)
        return false;
    *h = (struct horizontal){
        .r = *r,
        .turn_in = way->turn,
        .clamp = way->clamp,
        .widen = way->widen,
        .sum = in_double ? resample_sum_float64 : resample_sum_float32,
        .add = in_double ? resample_add_float64 : resample_add_float32,
        .narrow = r->type == PX_UINT8 && r->interpolation == RESIZE_LINEAR,
        .pixel = pixel_size(r->type),
        .column = LANES * pixel_size(way->sums),
    };
    out.type = h->narrow ? PX_INT16 : way->sums;
    out.width = r->x->out;
    if (r->skips)
        out.height = r->y->out * r->y->taps;
    h->out_pixel = pixel_size(out.type);
    h->turn_out = h->narrow   ? resample_turn_uint16
                  : in_double ? resample_turn_uint64
                              : resample_turn_uint32;
    row_kernel *row = resample_rows_plain;
    if (!resample_rows_avx512(s, h, &row, e))
        return false;
    const struct stage stage = {
        .in = {{.stage = s->current, .need = need, .need_state = h}},
        .n_in = 1,
        .out = out,
        .block = LANES,
        .row = row,
        .state = h,
        .scratch_bytes = sizeof(struct work),
        .regrids = true,
        .to_input = {{0, r->x->scale, 0, 0, 0, 1}},
        .valid = valid_kernel,
        .valid_state = h,
    };
    return stages_add(s, &stage, e);
}
