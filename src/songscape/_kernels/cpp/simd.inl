// Vectors of kLanes floats, and blocks of rows turned into them. Compiled for each CPU.

constexpr int kHalf = kLanes / 2;

template <class T, int N>
struct VectorOf {
  typedef T type __attribute__((vector_size(sizeof(T) * N)));
};
template <class T, int N>
using Vector = typename VectorOf<T, N>::type;
using Floats = Vector<float, kLanes>;
using Ints = Vector<std::int32_t, kLanes>;
using Doubles = Vector<double, kHalf>;

template <class V, class T>
inline V load(const T* from) {
  V vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

template <class V, class T>
inline void store(T* to, V vector) {
  std::memcpy(to, &vector, sizeof vector);
}

template <class V, class T>
inline V splat(T value) {
  return value - V{};  // value + V{} would cost an addition, which turns -0 into 0
}

inline double total(Doubles sum) {
  for (int width = kHalf / 2; width; width /= 2)
    for (int lane = 0; lane < width; ++lane) sum[lane] += sum[lane + width];
  return sum[0];
}

template <class V>
inline V root(V value) {
  for (std::size_t lane = 0; lane < sizeof(V) / sizeof(float); ++lane)
    value[lane] = std::sqrt(value[lane]);
  return value;
}

inline void transpose(Vector<float, 8> (&rows)[8]) {
  Vector<float, 8> pairs[8], quads[8];
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    for (int half = 0; half < 2; ++half) {
      const auto left = pairs[i + half], right = pairs[i + half + 2];
      quads[i + 2 * half] = __builtin_shufflevector(left, right, 0, 1, 8, 9, 4, 5, 12, 13);
      quads[i + 2 * half + 1] = __builtin_shufflevector(left, right, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int i = 0; i < 4; ++i) {
    rows[i] = __builtin_shufflevector(quads[i], quads[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    rows[i + 4] = __builtin_shufflevector(quads[i], quads[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

template <class T>
inline Vector<T, 8> joined(Vector<T, 4> low, Vector<T, 4> high) {
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

// Ask for some rows of the block after this one. The next memory page is beyond the hardware's own
// foresight, and a whole block asked for at once would keep the processor waiting.
template <class Real>
inline void read_ahead(const Block<Real>& block, std::size_t dimension, std::size_t from,
                       std::size_t to) {
  for (std::size_t p = from; p < to; ++p)
    for (std::size_t column = 0; column < dimension; column += 64 / sizeof(Real))
      __builtin_prefetch(block[p] + kBlock * block.stride + column);
}

// A block as turned[(column, row)] in the frame. Eight rows by four columns at a time, rows i and i + 4 side by side, so
// that no number has to cross the middle of a vector.
template <class Source>
inline void turn(const Source& block, const Frame& frame, std::size_t dimension, float* turned) {
  using Real = typename Source::Number;
  using Four = Vector<Real, 4>;
  using Eight = Vector<float, 8>;
  const Real scale = static_cast<Real>(frame.scale);
  for (std::size_t column = 0; column < dimension; column += 4) {
    const auto four = __builtin_convertvector(
        (load<Vector<double, 4>>(frame.shift.data() + column) * frame.scale), Four);
    const auto shift = joined<Real>(four, four);
    for (std::size_t lane = 0; lane < kBlock; lane += 8) {
      Eight quads[4], low[2], high[2];
      for (std::size_t i = 0; i < 4; ++i) {
        const Real *upper = block[lane + i] + column, *lower = block[lane + i + 4] + column;
        const auto both = joined<Real>(load<Four>(upper), load<Four>(lower));
        quads[i] = __builtin_convertvector(both * scale - shift, Eight);
      }
      for (int i = 0; i < 2; ++i) {
        const auto left = quads[2 * i], right = quads[2 * i + 1];
        low[i] = __builtin_shufflevector(left, right, 0, 8, 1, 9, 4, 12, 5, 13);
        high[i] = __builtin_shufflevector(left, right, 2, 10, 3, 11, 6, 14, 7, 15);
      }
      float* to = turned + column * kBlock + lane;
      store(to, __builtin_shufflevector(low[0], low[1], 0, 1, 8, 9, 4, 5, 12, 13));
      store(to + kBlock, __builtin_shufflevector(low[0], low[1], 2, 3, 10, 11, 6, 7, 14, 15));
      store(to + 2 * kBlock, __builtin_shufflevector(high[0], high[1], 0, 1, 8, 9, 4, 5, 12, 13));
      store(to + 3 * kBlock,
            __builtin_shufflevector(high[0], high[1], 2, 3, 10, 11, 6, 7, 14, 15));
    }
  }
}

// Squared distance by columns to a centre padded with zeros, of a row that may be read as far but
// holds something else in the columns beyond its own.
template <class Real>
inline Doubles square_gaps(const Real* row, const double* center, std::size_t dimension) {
  using Longs = Vector<std::int64_t, kHalf>;
  Longs column;
  for (int lane = 0; lane < kHalf; ++lane) column[lane] = lane;
  Doubles sum{};
  for (std::size_t j = 0; j < dimension; j += kHalf) {
    const auto x = __builtin_convertvector((load<Vector<Real, kHalf>>(row + j)), Doubles);
    const auto gap = x - load<Doubles>(center + j);
    sum += column < static_cast<std::int64_t>(dimension - j) ? gap * gap : Doubles{};
  }
  return sum;
}

template <class Real>
inline double square_distance(const Real* row, const double* center, std::size_t dimension) {
  return total(square_gaps(row, center, dimension));
}
