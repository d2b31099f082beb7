// Responsibilities. Compiled for each CPU.

// exp(x) for x <= 0, to about one unit in the last place; 0 below -708, where doubles thin out.
// x = n ln 2 + r; the rounding to n is left to the addition of 1.5 * 2^52, whose last bits are n.
inline Doubles exponential(Doubles x) {
  using Bits = Vector<std::uint64_t, kHalf>;
  constexpr double kShift = 0x1.8p52;
  const Doubles shifted = x * 0x1.71547652b82fep0 + kShift;
  const Doubles n = shifted - kShift;
  const Doubles r = (x - n * 0x1.62e42fefa3800p-1) - n * 0x1.ef35793c76730p-45;
  Doubles sum = splat<Doubles>(1.0 / 6227020800.0);  // 1 / 13!
  for (const double term : {1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
                            1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5,
                            1.0, 1.0})
    sum = sum * r + term;
  const Bits power = load<Bits>(&shifted) << 52;
  const Bits bits = load<Bits>(&sum) + power;
  return x < -708.0 ? Doubles{} : load<Doubles>(&bits);
}

// Turn kTogether vectors of rows, `stride` numbers from one component to the next, into
// responsibilities; store the logs of their sums.
constexpr int kTogether = 4;

inline void normalise_lanes(double* logs, std::size_t stride, std::size_t count, double* sums) {
  Doubles most[kTogether], total[kTogether] = {};
  for (int v = 0; v < kTogether; ++v) most[v] = load<Doubles>(logs + v * kHalf);
  for (std::size_t i = 1; i < count; ++i)
    for (int v = 0; v < kTogether; ++v) {
      const auto value = load<Doubles>(logs + i * stride + v * kHalf);
      most[v] = value > most[v] ? value : most[v];
    }
  for (std::size_t i = 0; i < count; ++i)
    for (int v = 0; v < kTogether; ++v) {
      double* at = logs + i * stride + v * kHalf;
      const Doubles value = exponential(load<Doubles>(at) - most[v]);
      store<Doubles>(at, value);
      total[v] += value;
    }
  for (int v = 0; v < kTogether; ++v) {
    for (int lane = 0; lane < kHalf; ++lane)
      sums[v * kHalf + lane] = most[v][lane] + std::log(total[v][lane]);
    total[v] = 1.0 / total[v];
  }
  for (std::size_t i = 0; i < count; ++i)
    for (int v = 0; v < kTogether; ++v) {
      double* at = logs + i * stride + v * kHalf;
      store<Doubles>(at, load<Doubles>(at) * total[v]);
    }
}

inline void normalise_rows(double* logs, std::size_t rows, std::size_t count, double* sums) {
  constexpr std::size_t kStep = kTogether * kHalf;
  const std::size_t whole = rows / kStep * kStep, rest = rows - whole;
  for (std::size_t row = 0; row < whole; row += kStep)
    normalise_lanes(logs + row, rows, count, sums + row);
  if (rest == 0) return;
  std::vector<double> copy(count * kStep);
  double rest_sums[kStep];
  for (std::size_t i = 0; i < count; ++i)
    std::copy_n(logs + i * rows + whole, rest, copy.begin() + i * kStep);
  normalise_lanes(copy.data(), kStep, count, rest_sums);
  for (std::size_t i = 0; i < count; ++i)
    std::copy_n(copy.begin() + i * kStep, rest, logs + i * rows + whole);
  std::copy_n(rest_sums, rest, sums + whole);
}
