#include "guide.hpp"

#include <numeric>

namespace songscape {
namespace {

std::vector<double> squares_to(const Centers& centers, std::size_t of) {
  std::vector<double> squares(centers.count);
  for (std::size_t i = 0; i < centers.count; ++i)
    for (std::size_t j = 0; j < centers.dimension; ++j) {
      const double gap = centers[i][j] - centers[of][j];
      squares[i] += gap * gap;
    }
  squares[of] = -1.0;  // itself before its equals
  return squares;
}

// The distance in the frame, measured in float32, up to which a row is surely less than `half` from
// a centre of this length. With |x| <= |c| + |x - c|, rounding x, c and their distance takes less
// than d + 10 units of the distance and four of |c|; far below 1e-18 squares leave float32's range.
float surely_within(double half, double length, std::size_t dimension) {
  constexpr double unit = 0x1p-23;
  const double least =
      half * (1.0 - unit * static_cast<double>(dimension + 10)) - 4 * unit * length - 1e-18;
  return std::max(static_cast<float>(least), 0.0f);
}

}  // namespace

Guide::Guide(const Centers& centers)
    : width(centers.width),
      coordinates(centers.count * centers.width),
      about(centers.count * kAbout, centers.nobody()),
      alone(centers.count),
      among(centers.count) {
  const std::size_t most = std::min(centers.count, kAbout + 1);
  std::vector<std::int32_t> order(centers.count);
  for (std::size_t i = 0; i < centers.count; ++i) {
    const auto squares = squares_to(centers, i);
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(),
                      [&](auto a, auto b) { return squares[a] < squares[b]; });
    std::copy_n(order.begin(), std::min(most, kAbout), about.begin() + i * kAbout);
    double length = 0.0;
    for (std::size_t j = 0; j < centers.dimension; ++j) {
      const double value = (centers[i][j] - centers.frame.shift[j]) * centers.frame.scale;
      coordinates[i * width + j] = static_cast<float>(value);
      length += value * value;
    }
    const auto within = [&](std::size_t left_out) {
      if (left_out >= centers.count) return kInfinity;
      const double half = std::sqrt(squares[order[left_out]]) / 2 * centers.frame.scale;
      return surely_within(half, std::sqrt(length), centers.dimension);
    };
    alone[i] = within(1), among[i] = within(kAbout);
  }
}

}  // namespace songscape
