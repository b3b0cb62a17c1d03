/* parcel.c - the result of a chunk as bytes.
 * SPDX-License-Identifier: MIT */
#include "parcel.h"

#include "base/pack.h"

bool parcel_add(struct parcel_table *t, const struct parcel_blob *blob, struct err *e)
{
    t->n++;
    return pack_i64(&t->bytes, blob->index, e) && pack_u32(&t->bytes, blob->size, e) &&
           pack_u32(&t->bytes, blob->crc, e) && pack_u32(&t->bytes, blob->bytes != NULL, e);
}

bool parcel_end(struct parcel_table *t, struct buffer *parcel, struct err *e)
{
    bool ok = buffer_append(parcel, t->bytes.data, t->bytes.size, e) && pack_u32(parcel, t->n, e);

    buffer_free(&t->bytes);
    *t = (struct parcel_table){0};
    return ok;
}

bool parcel_open(struct parcel_reader *r, const struct buffer *parcel)
{
    if (parcel->size < PARCEL_END)
        return false;
    const unsigned char *end = parcel->data + parcel->size - PARCEL_END;
    struct unpack u = unpack_begin(end, PARCEL_END);
    r->n = unpack_u32(&u);
    if (r->n == 0 || r->n > (parcel->size - PARCEL_END) / PARCEL_ENTRY)
        return false;
    r->at = parcel->data;
    r->blobs_end = r->table = end - (size_t)r->n * PARCEL_ENTRY;
    r->end = end;
    return true;
}

bool parcel_next(struct parcel_reader *r, struct parcel_blob *blob)
{
    if (r->table == r->end)
        return false;
    struct unpack u = unpack_begin(r->table, PARCEL_ENTRY);
    *blob = (struct parcel_blob){.index = unpack_i64(&u)};
    blob->size = unpack_u32(&u);
    blob->crc = unpack_u32(&u);
    if (unpack_u32(&u) != 0) {
        if (blob->size > (size_t)(r->blobs_end - r->at))
            return false;
        blob->bytes = r->at;
        r->at += blob->size;
    }
    r->table += PARCEL_ENTRY;
    return true;
}

bool parcel_is_whole(const struct parcel_reader *r)
{
    return r->table == r->end && r->at == r->blobs_end;
}
