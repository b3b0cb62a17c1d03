/* font.h - the strokes of a plain letter face, for drawing text on pixels.
 *
 * A glyph is text itself: two letters for its left and right edge, then its strokes, each after a
 * space: a polyline with two letters, x and y, a point. A letter's number is its distance from 'R';
 * y grows downwards, capitals reach from -12 to the baseline at FONT_BASELINE.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_FONT_H
#define OPS_FONT_H

enum { FONT_BASELINE = 9, FONT_TOP = -16, FONT_BOTTOM = 16 };

/* The glyph of an ASCII character; that of '?' for all others. */
const char *font_glyph(char c);

static inline int font_number(char letter)
{
    return letter - 'R';
}

#endif
