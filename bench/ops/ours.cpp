// ours.cpp - a pipeline run as a rank does it, by Tilery's planner and executor, in memory.
// SPDX-License-Identifier: MIT
#include "ours.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>

enum { CHUNK_WIDTH = 4096, CHUNK_HEIGHT = 512 }; // about what the program chooses for such a scene

pixel_type type_of(int depth)
{
    static const pixel_type types[] = {PX_UINT8, PX_N_TYPES, PX_UINT16, PX_INT16,
                                       PX_INT32, PX_FLOAT32, PX_FLOAT64};

    return types[depth];
}

Planes::Planes(const format &f, int margin)
{
    err e{};

    if (!planes_new(&view, &memory, f.type, f.bands, {0, 0, f.width, f.height}, margin, &e))
        throw std::runtime_error(e.text);
}

static format format_of(const cv::Mat &image)
{
    return {type_of(image.depth()), image.channels(), image.cols, image.rows};
}

Planes::Planes(const cv::Mat &image, int margin) : Planes(format_of(image), margin)
{
    for (int b = 0; b < view.bands; b++) {
        cv::Mat plane(image.size(), image.depth(), planes_at(&view, b, 0, 0), view.row_bytes);
        cv::extractChannel(image, plane, b);
    }
}

double bytes_of(const planes &p)
{
    return double(p.region.width) * double(p.region.height) * p.bands * double(pixel_size(p.type));
}

Planes::~Planes()
{
    free(memory);
}

static bool go_on(void *)
{
    return true;
}

// The words of "op --a=1 ! op --b=2" as steps; `words` holds what they borrow.
static std::vector<step> cut(const std::string &text, std::vector<std::string> &words,
                             std::vector<const char *> &args)
{
    std::istringstream in(text);
    std::vector<step> steps;

    for (std::string word; in >> word;)
        words.push_back(word);
    for (const std::string &word : words)
        args.push_back(word.c_str());
    for (size_t i = 0; i < words.size(); i++) {
        const size_t end =
            size_t(std::find(words.begin() + long(i), words.end(), "!") - words.begin());
        steps.push_back({args[i], int(end - i - 1), args.data() + i + 1});
        i = end;
    }
    return steps;
}

Pipeline::Pipeline(const std::string &text, const cv::Mat &a, const cv::Mat &b)
{
    std::vector<std::string> words;
    std::vector<const char *> args;
    const std::vector<step> steps = cut(text, words, args);
    const format formats[] = {format_of(a), format_of(b)};
    const char *names[2] = {nullptr, nullptr};
    int n = 1;
    err e{};

    if (!plan_scenes(steps.data(), int(steps.size()), names, &n, 2, &e))
        throw Refused(e.text);
    const plan_sources sources = {formats, names, n, nullptr};
    if (!plan_new(&compiled, steps.data(), int(steps.size()), &sources, &e))
        throw Refused(e.text);
    if (!executor_new(&runner, compiled, &e)) {
        plan_free(compiled);
        throw std::runtime_error(e.text);
    }
    for (int i = 0; i < n; i++) {
        images.push_back(std::make_unique<Planes>(i == 0 ? a : b, plan_margin(compiled, i)));
        in.push_back(images.back()->view);
    }
}

Pipeline::~Pipeline()
{
    executor_free(runner);
    plan_free(compiled);
}

format Pipeline::output() const
{
    return plan_output(compiled);
}

double Pipeline::bytes_read() const
{
    double bytes = 0;

    for (const planes &p : in)
        bytes += bytes_of(p);
    return bytes;
}

void Pipeline::run(const Planes &out)
{
    const region all = out.view.region;
    const int64_t n = (all.width + CHUNK_WIDTH - 1) / CHUNK_WIDTH;
    const int64_t width = (all.width + n - 1) / n;
    int64_t index = 0;
    err e{};

    for (int64_t y = 0; y < all.height; y += CHUNK_HEIGHT)
        for (int64_t x = 0; x < all.width; x += width) {
            planes chunk = out.view;
            chunk.data = planes_at(&out.view, 0, x, y);
            chunk.region = {x, y, std::min<int64_t>(width, all.width - x),
                            std::min<int64_t>(CHUNK_HEIGHT, all.height - y)};
            const place where = {chunk.region, index++, 0, "host", "scene"};
            if (!executor_run(runner, in.data(), &chunk, &where, tick{go_on, nullptr}, &e))
                throw std::runtime_error(e.text);
        }
}
