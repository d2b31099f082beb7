#include "centers.hpp"

#include <numeric>

namespace songscape {
namespace {

std::vector<bool> repeated(const double* values, std::size_t count, std::size_t dimension) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  const auto row = [&](std::size_t i) { return values + i * dimension; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::lexicographical_compare(row(a), row(a) + dimension, row(b), row(b) + dimension);
  });
  std::vector<bool> again(count);
  for (std::size_t i = 1; i < count; ++i)
    again[order[i]] = std::equal(row(order[i]), row(order[i]) + dimension, row(order[i - 1]));
  return again;
}

}  // namespace

Frame frame_of(const double* values, std::size_t count, std::size_t dimension) {
  Frame frame{std::vector<double>(padded(dimension)), 1.0};
  for (std::size_t j = 0; j < dimension; ++j) {
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) sum += values[i * dimension + j] / count;
    const double rounded = static_cast<float>(sum);  // so that float32 rows subtract it exactly
    frame.shift[j] = std::isfinite(rounded) ? rounded : sum;
  }
  double widest = 0.0;
  for (std::size_t i = 0; i < count * dimension; ++i)
    widest = std::max(widest, std::abs(values[i] - frame.shift[i % dimension]));
  const int most = widest > 1e38 ? 500 : 120;  // beyond, rows are float64 and may be scaled so
  if (widest > 0.0) frame.scale = std::exp2(-std::clamp(std::ilogb(widest), -120, most));
  return frame;
}

Centers::Centers(const double* values, std::size_t count, std::size_t dimension,
                 bool drop_repeated)
    : Centers(values, count, dimension, frame_of(values, count, dimension), drop_repeated) {}

Centers::Centers(const double* values, std::size_t count, std::size_t dimension,
                 const Frame& frame, bool drop_repeated)
    : count(count),
      dimension(dimension),
      width(padded(dimension)),
      groups((count + kGroup - 1) / kGroup),
      exact(count * width),
      frame(frame),
      coordinates((groups + 1) * dimension * kGroup),
      half_squares((groups + 1) * kGroup, kInfinity) {
  const auto again =
      drop_repeated ? repeated(values, count, dimension) : std::vector<bool>(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::copy_n(values + i * dimension, dimension, exact.begin() + i * width);
    if (again[i]) continue;
    double square = 0.0;
    for (std::size_t j = 0; j < dimension; ++j) {
      const double value = (values[i * dimension + j] - frame.shift[j]) * frame.scale;
      coordinates[((i / kGroup) * dimension + j) * kGroup + i % kGroup] =
          static_cast<float>(value);
      square += value * value;
    }
    half_squares[i] = static_cast<float>(square / 2);
  }
}

}  // namespace songscape
