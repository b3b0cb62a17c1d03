/* hsv.h - OpenCV's conversions between red, green, blue and hue, saturation, value.
 *
 * Hue is in degrees, of uint8 pixels in units of 2 degrees; saturation and value go to 255 or 1.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_HSV_H
#define OPS_HSV_H

#include "ops/op.h"

/* Kernels across bands, by pixel type (uint8, float32). The state is an int: the band of red, 0 or
 * 2; blue is the other one. */
extern row_kernel *const hsv_from_rgb[PX_N_KERNEL_TYPES];
extern row_kernel *const hsv_to_rgb[PX_N_KERNEL_TYPES];

#endif
