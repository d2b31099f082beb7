// Products of a row's numbers, and responsibilities. Compiled for each CPU.

// Write the products x_i x_j, i <= j, of each row.
inline void row_products(const Rows<double>& rows, double* out, std::size_t stride) {
  for (std::size_t row = 0; row < rows.count; ++row) {
    const double* x = rows[row];
    double* to = out + row * stride;
    for (std::size_t i = 0; i < rows.dimension; ++i) {
      std::size_t j = i;
      for (; j + kHalf <= rows.dimension; j += kHalf)
        store<Doubles>(to + j - i, x[i] * load<Doubles>(x + j));
      for (; j < rows.dimension; ++j) to[j - i] = x[i] * x[j];
      to += rows.dimension - i;
    }
  }
}

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

// Turn one row of joint log densities into responsibilities; return the log of their sum.
inline double normalise_row(double* logs, std::size_t count) {
  const std::size_t whole = count / kHalf * kHalf;
  alignas(64) double rest[kHalf];
  std::fill_n(rest, kHalf, -std::numeric_limits<double>::infinity());
  std::copy(logs + whole, logs + count, rest);
  Doubles most = load<Doubles>(rest);
  for (std::size_t i = 0; i < whole; i += kHalf) {
    const auto value = load<Doubles>(logs + i);
    most = value > most ? value : most;
  }
  double top = most[0];
  for (int lane = 1; lane < kHalf; ++lane) top = std::max(top, most[lane]);
  const Doubles last = exponential(load<Doubles>(rest) - top);
  Doubles sums = last;
  for (std::size_t i = 0; i < whole; i += kHalf) {
    const Doubles value = exponential(load<Doubles>(logs + i) - top);
    store<Doubles>(logs + i, value);
    sums += value;
  }
  double sum = 0.0;
  for (int lane = 0; lane < kHalf; ++lane) sum += sums[lane];
  store<Doubles>(rest, last / sum);
  std::copy_n(rest, count - whole, logs + whole);
  for (std::size_t i = 0; i < whole; i += kHalf)
    store<Doubles>(logs + i, load<Doubles>(logs + i) / sum);
  return top + std::log(sum);
}

inline void normalise_rows(double* logs, std::size_t rows, std::size_t count, double* sums) {
  for (std::size_t row = 0; row < rows; ++row)
    sums[row] = normalise_row(logs + row * count, count);
}
