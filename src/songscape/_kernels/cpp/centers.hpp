// Centres in the two forms the k-means kernels need, and the exact answer where float32 is in doubt.
//
// Nearest centres are found by |x|^2/2 + |c|^2/2 - x.c without its first term: one fused multiply-
// add per coordinate. Data are shifted to the centres' mean and scaled to about one, and wherever
// the runner-up is closer than the worst rounding error, the row is measured again in float64, so
// that labels are those of float64 arithmetic.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>

#include "rows.hpp"

namespace songscape {

constexpr std::size_t kGroup = 4;  // centres measured at a time
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kUnmeasured = std::numeric_limits<double>::infinity();

struct Centers {
  // Of equal centres only the first can be nearest; `drop_repeated` leaves the others unmeasured,
  // which would make every row of theirs a tie to be settled in float64.
  Centers(const double* values, std::size_t count, std::size_t dimension, bool drop_repeated);
  Centers(const double* values, std::size_t count, std::size_t dimension, const Frame& frame,
          bool drop_repeated = false);

  const double* operator[](std::size_t i) const { return exact.data() + i * width; }

  // A centre that does not exist: it is infinitely far from everything.
  std::int32_t nobody() const { return static_cast<std::int32_t>(groups * kGroup); }

  std::size_t count, dimension, width;
  std::size_t groups;               // of kGroup centres, the last one filled up with nobodies
  Lines<double> exact;              // (count, width), zero-padded
  Frame frame;
  std::vector<float> coordinates;   // (groups + 1, dimension, kGroup) in the frame
  std::vector<float> half_squares;  // (groups + 1, kGroup), |c|^2 / 2 in the frame
};

// The mean of some rows, and what brings the farthest of them to about one.
Frame frame_of(const double* values, std::size_t count, std::size_t dimension);

struct Nearest {
  std::int32_t label = 0, second_label = 0;
  double square = kUnmeasured, second_square = kUnmeasured;
};

}  // namespace songscape
