// point.cpp - rows: ops on single pixels.
// SPDX-License-Identifier: MIT
#include "rows.hpp"

namespace
{

using cv::Mat;

const std::vector<int> whole = {CV_8U, CV_16U}, real = {CV_32F};

// 255 - i for pixel i.
Mat negative()
{
    Mat table(1, 256, CV_8U);

    for (int i = 0; i < 256; i++)
        table.at<uchar>(i) = uchar(255 - i);
    return table;
}

std::string negative_as_text()
{
    std::string text;

    for (int i = 0; i < 256; i++)
        text += (i ? "," : "") + std::to_string(255 - i);
    return text;
}

// OpenCV's normalize looks for the bounds itself; with given ones it is this.
void normalize(const Mat &a, const Mat &, Results &r)
{
    const bool is_real = a.depth() == CV_32F;
    const double low = 10, high = 70, scale = 200 * (1 / (high - low));
    const double shift = is_real ? 5.0f - float(low * float(scale)) : 5 - low * scale;

    a.convertTo(r.out, -1, is_real ? double(float(scale)) : scale, shift);
}

const Register alone({
    {"threshold", "threshold --thresh=40",
     [](const Mat &a, const Mat &, Results &r) {
         cv::threshold(a, r.out, 40, 255, cv::THRESH_BINARY);
     }},
    {"threshold tozero", "threshold --thresh=40 --type=tozero",
     [](const Mat &a, const Mat &, Results &r) {
         cv::threshold(a, r.out, 40, 255, cv::THRESH_TOZERO);
     }},
    {"in-range", "in-range --lower=20 --upper=60",
     [](const Mat &a, const Mat &, Results &r) {
         cv::inRange(a, cv::Scalar::all(20), cv::Scalar::all(60), r.out);
     }},
    {"convert-to uint8", "convert-to --type=uint8 --alpha=0.3 --beta=2",
     [](const Mat &a, const Mat &, Results &r) { a.convertTo(r.out, CV_8U, 0.3, 2); }},
    {"convert-to float32", "convert-to --type=float32 --alpha=0.3 --beta=2",
     [](const Mat &a, const Mat &, Results &r) { a.convertTo(r.out, CV_32F, 0.3, 2); }},
    {"convert-scale-abs", "convert-scale-abs --alpha=-1.5 --beta=20",
     [](const Mat &a, const Mat &, Results &r) { cv::convertScaleAbs(a, r.out, -1.5, 20); }},
    {"normalize", "normalize --alpha=5 --beta=205 --min=10 --max=70", normalize},
    {"lut",
     "lut --table=" + negative_as_text(),
     [](const Mat &a, const Mat &, Results &r) {
         static const Mat table = negative();
         cv::LUT(a, table, r.out);
     },
     {CV_8U}},
    {"pow 2", "pow --power=2", [](const Mat &a, const Mat &, Results &r) { cv::pow(a, 2, r.out); }},
    {"pow 1.7", "pow --power=1.7",
     [](const Mat &a, const Mat &, Results &r) { cv::pow(a, 1.7, r.out); }, real},
    {"sqrt", "sqrt", [](const Mat &a, const Mat &, Results &r) { cv::sqrt(a, r.out); }, real},
    {"exp", "exp", [](const Mat &a, const Mat &, Results &r) { cv::exp(a, r.out); }, real},
    {"log", "log", [](const Mat &a, const Mat &, Results &r) { cv::log(a, r.out); }, real},
    {"bitwise-not", "bitwise-not",
     [](const Mat &a, const Mat &, Results &r) { cv::bitwise_not(a, r.out); }, whole},
});

const Register with_a_number({
    {"add value", "add --value=20",
     [](const Mat &a, const Mat &, Results &r) { cv::add(a, cv::Scalar::all(20), r.out); }},
    {"multiply value", "multiply --value=1.5",
     [](const Mat &a, const Mat &, Results &r) { cv::multiply(a, cv::Scalar::all(1.5), r.out); }},
    {"compare value", "compare --value=40 --cmpop=gt",
     [](const Mat &a, const Mat &, Results &r) { cv::compare(a, 40, r.out, cv::CMP_GT); }},
    {"bitwise-and value", "bitwise-and --value=15",
     [](const Mat &a, const Mat &, Results &r) { cv::bitwise_and(a, cv::Scalar::all(15), r.out); },
     whole},
});

const Register with_another({
    {"absdiff", "absdiff --with=other",
     [](const Mat &a, const Mat &b, Results &r) { cv::absdiff(a, b, r.out); }},
    {"add", "add --with=other",
     [](const Mat &a, const Mat &b, Results &r) { cv::add(a, b, r.out); }},
    {"subtract", "subtract --with=other",
     [](const Mat &a, const Mat &b, Results &r) { cv::subtract(a, b, r.out); }},
    {"multiply", "multiply --with=other --scale=0.01",
     [](const Mat &a, const Mat &b, Results &r) { cv::multiply(a, b, r.out, 0.01); }},
    {"divide", "divide --with=other --scale=10",
     [](const Mat &a, const Mat &b, Results &r) { cv::divide(a, b, r.out, 10); }},
    {"min", "min --with=other",
     [](const Mat &a, const Mat &b, Results &r) { cv::min(a, b, r.out); }},
    {"max", "max --with=other",
     [](const Mat &a, const Mat &b, Results &r) { cv::max(a, b, r.out); }},
    {"compare", "compare --with=other --cmpop=gt",
     [](const Mat &a, const Mat &b, Results &r) { cv::compare(a, b, r.out, cv::CMP_GT); }},
    {"add-weighted", "add-weighted --with=other --alpha=0.3 --beta=0.7 --gamma=1",
     [](const Mat &a, const Mat &b, Results &r) { cv::addWeighted(a, 0.3, b, 0.7, 1, r.out); }},
    {"bitwise-and", "bitwise-and --with=other",
     [](const Mat &a, const Mat &b, Results &r) { cv::bitwise_and(a, b, r.out); }, whole},
    {"bitwise-or", "bitwise-or --with=other",
     [](const Mat &a, const Mat &b, Results &r) { cv::bitwise_or(a, b, r.out); }, whole},
    {"bitwise-xor", "bitwise-xor --with=other",
     [](const Mat &a, const Mat &b, Results &r) { cv::bitwise_xor(a, b, r.out); }, whole},
    {"magnitude", "magnitude --with=other",
     [](const Mat &a, const Mat &b, Results &r) { cv::magnitude(a, b, r.out); }, real},
    {"phase", "phase --with=other",
     [](const Mat &a, const Mat &b, Results &r) { cv::phase(a, b, r.out); }, real},
});

const Register across_bands({
    {"cvt-color rgb2gray",
     "cvt-color --code=rgb2gray",
     [](const Mat &a, const Mat &, Results &r) { cv::cvtColor(a, r.out, cv::COLOR_RGB2GRAY); },
     {CV_8U, CV_16U, CV_32F},
     {3}},
    {"cvt-color gray2rgb",
     "cvt-color --code=gray2rgb",
     [](const Mat &a, const Mat &, Results &r) { cv::cvtColor(a, r.out, cv::COLOR_GRAY2RGB); },
     {CV_8U, CV_16U, CV_32F},
     {1}},
    {"cvt-color rgb2bgr",
     "cvt-color --code=rgb2bgr",
     [](const Mat &a, const Mat &, Results &r) { cv::cvtColor(a, r.out, cv::COLOR_RGB2BGR); },
     {CV_8U, CV_16U, CV_32F},
     {3}},
    {"cvt-color rgb2hsv",
     "cvt-color --code=rgb2hsv",
     [](const Mat &a, const Mat &, Results &r) { cv::cvtColor(a, r.out, cv::COLOR_RGB2HSV); },
     {CV_8U, CV_32F},
     {3}},
    {"cvt-color hsv2rgb",
     "cvt-color --code=hsv2rgb",
     [](const Mat &a, const Mat &, Results &r) { cv::cvtColor(a, r.out, cv::COLOR_HSV2RGB); },
     {CV_8U, CV_32F},
     {3}},
    {"extract-channel", "extract-channel --coi=0",
     [](const Mat &a, const Mat &, Results &r) { cv::extractChannel(a, r.out, 0); }},
    {"merge", "merge --with=other",
     [](const Mat &a, const Mat &b, Results &r) {
         const Mat both[] = {a, b};
         cv::merge(both, 2, r.out);
     }},
});

} // namespace
