/* reducers.h - every reducer, once: the names of those there are. No include guard: it is included
 * with another REDUCER each time.
 * SPDX-License-Identifier: MIT */
REDUCER(extent)
REDUCER(histogram)
REDUCER(norm)
REDUCER(tile_histograms)
REDUCER(refinement)
REDUCER(statistics)
