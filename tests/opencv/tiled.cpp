// tiled.cpp - one op run by Tilery's planner and executor, chunk by chunk, on a cv::Mat.
// SPDX-License-Identifier: MIT
#include "tiled.hpp"

#include "swept.hpp"

#include <math.h> // outside extern "C", for its C++ overloads
#include <stdint.h>
#include <stdio.h>

extern "C" {
#include "base/planes.h"
#include "ops/reducer.h"
#include "pipeline/execute.h"
#include "pipeline/plan.h"
}

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace
{

pixel_type type_of(int depth)
{
    switch (depth) {
    case CV_8U:
        return PX_UINT8;
    case CV_16U:
        return PX_UINT16;
    case CV_16S:
        return PX_INT16;
    case CV_32S:
        return PX_INT32;
    case CV_32F:
        return PX_FLOAT32;
    case CV_64F:
        return PX_FLOAT64;
    }
    throw std::runtime_error("a depth that Tilery does not have");
}

int depth_of(pixel_type type)
{
    if (type == PX_UINT32) // labels, which are int32 to OpenCV
        return CV_32S;
    for (int depth : {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F})
        if (type_of(depth) == type)
            return depth;
    throw std::runtime_error("a pixel type that OpenCV does not have");
}

struct Memory {
    void *bytes = nullptr;
    planes view{};

    Memory(const format &f, region r, int margin)
    {
        err e{};
        if (!planes_new(&view, &bytes, f.type, f.bands, r, margin, &e))
            throw std::runtime_error(e.text);
        // What the executor must not rely on is neither zero nor a plausible pixel.
        std::fill_n(static_cast<unsigned char *>(bytes), view.band_bytes * size_t(f.bands), 0xA5);
    }
    Memory(const Memory &) = delete;
    Memory &operator=(const Memory &) = delete;
    ~Memory()
    {
        free(bytes);
    }
};

int modulo(int64_t a, int64_t n)
{
    return int((a % n + n) % n);
}

void copy_in(const cv::Mat &image, const planes &to)
{
    const size_t size = image.elemSize1();

    for (int b = 0; b < to.bands; b++)
        for (int64_t y = to.region.y; y < to.region.y + to.region.height; y++)
            for (int64_t x = to.region.x; x < to.region.x + to.region.width; x++)
                std::copy_n(image.ptr(modulo(y, image.rows), modulo(x, image.cols)) +
                                size_t(b) * size,
                            size, planes_at(&to, b, x, y));
}

void copy_out(const planes &from, cv::Mat &image)
{
    const size_t size = image.elemSize1();
    const region r = from.region;

    for (int b = 0; b < from.bands; b++)
        for (int64_t y = r.y; y < r.y + r.height; y++)
            for (int64_t x = r.x; x < r.x + r.width; x++)
                std::copy_n(planes_at(&from, b, x, y), size,
                            image.ptr(int(y), int(x)) + size_t(b) * size);
}

// A chunk's length along an axis, and no more than eight chunks.
int chunk_length(Rng &rng, int length)
{
    const int least = (length + 7) / 8;

    return chance(rng, 0.3) ? length : random_int(rng, least, length);
}

bool go_on(void *)
{
    return true;
}

// A source's part for a chunk. More than is needed may be there, as when whole tiles of a file
// arrive.
region held_around(region need, Rng &rng)
{
    if (region_is_empty(need))
        return need;
    need.x -= random_int(rng, 0, 2);
    need.width += 2 + random_int(rng, 0, 2);
    need.y -= random_int(rng, 0, 2);
    need.height += 2 + random_int(rng, 0, 2);
    return need;
}

void run_chunk(const plan *p, executor *x, const std::vector<cv::Mat> &images, region chunk,
               Rng &rng, cv::Mat &out)
{
    const place where = {chunk, 0, 0, "host", "scene"};
    const Memory result(plan_output(p), chunk, 0);
    std::vector<std::unique_ptr<Memory>> held;
    std::vector<planes> in;
    err e{};

    for (int i = 0; i < p->stages.n_sources; i++) {
        held.push_back(std::make_unique<Memory>(
            p->stages.list[i].out, held_around(plan_need(p, i, chunk), rng), plan_margin(p, i)));
        copy_in(images[size_t(i)], held.back()->view);
        in.push_back(held.back()->view);
    }
    if (!executor_run(x, in.data(), &result.view, &where, tick{go_on, nullptr}, &e))
        throw std::runtime_error(e.text);
    copy_out(result.view, out);
}

format format_of(const cv::Mat &image)
{
    return {type_of(image.depth()), image.channels(), image.cols, image.rows};
}

std::vector<region> cut(cv::Size whole, cv::Size chunk, Rng &rng)
{
    std::vector<region> chunks;

    for (int y = 0; y < whole.height; y += chunk.height)
        for (int x = 0; x < whole.width; x += chunk.width)
            chunks.push_back({x, y, std::min(chunk.width, whole.width - x),
                              std::min(chunk.height, whole.height - y)});
    std::shuffle(chunks.begin(), chunks.end(), rng);
    return chunks;
}

// What the reducer gathers of the image, chunk by chunk, in any order.
std::vector<double> gather(const reducing &r, const cv::Mat &image, Rng &rng)
{
    const format f = format_of(image);
    const reducer &how = *r.how;
    const size_t n = how.bytes(r.args, f) / sizeof(double); // whole doubles, and aligned like them
    const cv::Size chunk(chunk_length(rng, image.cols), chunk_length(rng, image.rows));
    std::vector<double> sum(n);

    for (const region &at : cut(image.size(), chunk, rng)) {
        const Memory part(f, at, 0);
        const reducible seen = {f, &part.view, nullptr, false, 0};
        std::vector<double> more(reducing_part_bytes(&r, f, at) / sizeof(double) + 1);
        copy_in(image, part.view);
        const size_t gathered = how.gather(r.args, &seen, more.data());
        if (!how.merge(r.args, f, more.data(), gathered, sum.data()))
            throw std::runtime_error(std::string(how.name) + ": a part is damaged");
    }
    return sum;
}

// The words of the op that it is when the whole image is known, where it must be.
std::vector<std::string> settled(const step &s, const cv::Mat &image,
                                 const std::vector<std::string> &words, Rng &rng)
{
    buffer needs{}, told{};
    reducing how{};
    err e{};

    if (!op_needs(s.name, s.n_args, s.args, &needs, &e))
        throw std::runtime_error(e.text);
    if (needs.size == 0)
        return words;
    if (!reducing_new(&how, &needs, &e))
        throw std::runtime_error(e.text);
    const std::vector<double> sum = gather(how, image, rng);
    buffer_free(&needs);
    reducing_free(&how);
    if (!op_settle(s.name, s.n_args, s.args, format_of(image), nullptr, nullptr, &e) ||
        !op_settle(s.name, s.n_args, s.args, format_of(image), sum.data(), &told, &e))
        throw std::runtime_error(e.text);
    std::vector<std::string> then;
    const char *at = reinterpret_cast<const char *>(told.data), *end = at + told.size;
    for (; at < end; at += then.back().size() + 1)
        then.push_back(at);
    buffer_free(&told);
    return then;
}

step step_of(const std::vector<std::string> &words, std::vector<const char *> &args)
{
    for (size_t i = 1; i < words.size(); i++)
        args.push_back(words[i].c_str());
    return {words[0].c_str(), int(args.size()), args.data()};
}

} // namespace

cv::Mat run_tiled(const std::vector<cv::Mat> &images, const std::vector<std::string> &asked,
                  Rng &rng, cv::Size *chunk)
{
    std::vector<const char *> asked_args;
    const std::vector<std::string> words =
        settled(step_of(asked, asked_args), images[0], asked, rng);
    std::vector<const char *> args;
    const step s = step_of(words, args);
    const char *const names[] = {nullptr, "other"};
    std::vector<format> formats;
    for (const cv::Mat &image : images)
        if (!image.empty())
            formats.push_back(format_of(image));
    const plan_sources sources = {formats.data(), names, int(formats.size()), nullptr};
    err e{};
    plan *p = nullptr;
    executor *x = nullptr;

    if (!plan_new(&p, &s, 1, &sources, &e))
        throw std::runtime_error(e.text);
    const std::unique_ptr<plan, void (*)(plan *)> owned_plan(p, plan_free);
    if (!executor_new(&x, p, &e))
        throw std::runtime_error(e.text);
    const std::unique_ptr<executor, void (*)(executor *)> owned_executor(x, executor_free);

    const format f = plan_output(p);
    const int width = int(f.width), height = int(f.height);
    cv::Mat out(height, width, CV_MAKETYPE(depth_of(f.type), f.bands));
    *chunk = {chunk_length(rng, width), chunk_length(rng, height)};
    for (const region &r : cut({width, height}, *chunk, rng))
        run_chunk(p, x, images, r, rng, out);
    sweep(p, out, rng);
    return out;
}
