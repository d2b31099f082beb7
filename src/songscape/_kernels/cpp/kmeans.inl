// The pass over one part of the rows. Compiled for each CPU.

#include "centers.inl"

// Labels of one turned block; returns whether any of them is in doubt.
inline bool assign(const Centers& centers, const float* turned, std::int32_t* labels,
                             std::int32_t* doubtful) {
  Ints any{};
  for (std::size_t p = 0; p < kBlock; p += kVectors * kLanes) {
    const auto winner = find_winner(centers, turned + p);
    for (int v = 0; v < kVectors; ++v) {
      const std::size_t at = p + v * kLanes;
      const auto square = squares(turned + at, centers.dimension);
      const Ints alone = winner.second[v] == kInfinity;  // no other centre was measured
      const auto rival = alone ? winner.best[v] : winner.second[v];
      const auto tolerance = doubt(square, rival, centers.dimension);
      const Ints sure = winner.second[v] - winner.best[v] > tolerance;
      store(labels + at, winner.label[v]);
      store(doubtful + at, ~sure);
      any |= ~sure;
    }
  }
  std::int32_t found = 0;
  for (int lane = 0; lane < kLanes; ++lane) found |= any[lane];
  return found != 0;
}

template <class Source>
inline void settle(const Centers& centers, const Source& block, const std::int32_t* doubtful,
                   std::int32_t* labels) {
  std::vector<double> row(centers.width);
  for (std::size_t p = 0; p < block.size; ++p) {
    if (!doubtful[p]) continue;
    std::copy_n(block[p], centers.dimension, row.begin());
    labels[p] = exact_nearest(centers, row.data()).label;
  }
}

// Counts, sums and squares (by column) of labelled rows. `Chunks` is known at compile time where
// rows are short: then the squares stay in registers. Zero takes any width.
template <std::size_t Chunks, class Real, class Source>
inline void accumulate(Part<Real>& part, const Source& block, const std::int32_t* labels) {
  constexpr std::size_t kColumns = Chunks ? Chunks * kChunk : 1;
  const std::size_t width = Chunks ? kColumns : part.centers.width;
  alignas(64) double local[kColumns] = {};
  double* squares = Chunks ? local : part.squares.data();
  double *counts = part.counts.data(), *sums = part.sums.data();
  const double* centers = part.centers.exact.data();
  for (std::size_t p = 0; p < block.size; ++p) {
    const auto label = static_cast<std::size_t>(labels[p]);
    const double weight = part.rows.weight(block.index(p));
    const Real* row = block[p];
    const double* center = centers + label * width;
    double* sum = sums + label * width;
    counts[label] += weight;
    for (std::size_t j = 0; j < width; j += kHalf) {
      const auto x = __builtin_convertvector((load<Vector<Real, kHalf>>(row + j)), Doubles);
      const auto gap = x - load<Doubles>(center + j);
      store<Doubles>(sum + j, load<Doubles>(sum + j) + weight * x);
      store<Doubles>(squares + j, load<Doubles>(squares + j) + weight * (gap * gap));
    }
  }
  if (Chunks)
    for (std::size_t j = 0; j < kColumns; ++j) part.squares[j] += local[j];
}

// Count, sum and measure labelled rows, and write their labels down.
template <class Real, class Source>
inline void take(Part<Real>& part, const Source& block, const std::int32_t* labels) {
  switch (part.centers.width / kChunk) {
    case 1:
      accumulate<1>(part, block, labels);
      break;
    case 2:
      accumulate<2>(part, block, labels);
      break;
    default:
      accumulate<0>(part, block, labels);
  }
  if (part.labels)
    for (std::size_t p = 0; p < block.size; ++p) part.labels[block.index(p)] = labels[p];
}

// Measure kBlock rows against every centre.
template <class Real, class Source>
inline void measure_all(Part<Real>& part, const Source& block, float* turned) {
  alignas(64) std::int32_t labels[kBlock], doubtful[kBlock];
  turn(block, part.centers.frame, part.rows.dimension, turned);
  if (assign(part.centers, turned, labels, doubtful)) settle(part.centers, block, doubtful, labels);
  take(part, block, labels);
}

// Rows picked from blocks, which are read like one.
template <class Real>
struct Picked {
  using Number = Real;
  const Real* operator[](std::size_t i) const { return rows[i]; }
  std::size_t index(std::size_t i) const { return numbers[i]; }

  const Real* rows[kBlock + 1];
  std::size_t numbers[kBlock + 1], size = 0;
  static constexpr std::size_t stride = 0;
};

// Squared distances of eight rows of a block to their guessed centres, in the frame.
template <std::size_t Chunks, class Real>
inline Vector<float, 8> squares_to_guess(const Part<Real>& part, const Block<Real>& block,
                                         const std::int32_t* guess, std::size_t lane) {
  using Wide = Vector<Real, kChunk>;
  using Narrow = Vector<float, kChunk>;
  const std::size_t width = Chunks ? Chunks * kChunk : part.centers.width;
  const Frame& frame = part.centers.frame;
  const auto dimension = static_cast<std::int32_t>(part.centers.dimension);
  const Real scale = static_cast<Real>(frame.scale);
  const Vector<std::int32_t, kChunk> first = {0, 1, 2, 3, 4, 5, 6, 7};
  Narrow sums[8];
  for (std::size_t i = 0; i < 8; ++i) {
    const Real* row = block[lane + i];
    const float* center = part.guide.centers.data() + static_cast<std::size_t>(guess[lane + i]) * width;
    Narrow sum{};
    for (std::size_t j = 0; j < width; j += kChunk) {
      const auto shift =
          __builtin_convertvector((load<Vector<double, kChunk>>(frame.shift.data() + j)), Wide);
      const auto x = (load<Wide>(row + j) - shift) * scale;
      const auto gap = __builtin_convertvector(x, Narrow) - load<Narrow>(center + j);
      sum += first < dimension - static_cast<std::int32_t>(j) ? gap * gap : Narrow{};
    }
    sums[i] = sum;
  }
  transpose(sums);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

template <std::size_t Chunks, class Real>
inline void squares_of_block(const Part<Real>& part, const Block<Real>& block,
                             const std::int32_t* guess, float* square) {
  for (std::size_t lane = 0; lane < kBlock; lane += 8) {
    for (std::size_t p = lane; p < lane + 8; ++p)
      __builtin_prefetch(block[p] + kBlock * block.stride);
    store(square + lane, squares_to_guess<Chunks>(part, block, guess, lane));
  }
}

// Take the rows of a whole block whose guess is surely right, and put the others with the open ones,
// which are measured whenever there are enough; returns how many were sure.
template <class Real>
inline std::size_t take_sure(Part<Real>& part, const Block<Real>& block, Picked<Real>& open,
                             float* turned) {
  const std::int32_t* guess = part.guide.guess + block.begin;
  float square[kBlock];
  switch (part.centers.width / kChunk) {
    case 1:
      squares_of_block<1>(part, block, guess, square);
      break;
    case 2:
      squares_of_block<2>(part, block, guess, square);
      break;
    default:
      squares_of_block<0>(part, block, guess, square);
  }
  Picked<Real> sure;
  std::size_t others[kBlock + 1], right = 0, wrong = 0;
  std::int32_t labels[kBlock + 1];
  for (std::size_t p = 0; p < kBlock; ++p) {
    const bool known = square[p] < part.guide.reach[static_cast<std::size_t>(guess[p])];
    sure.rows[right] = block[p], sure.numbers[right] = block.begin + p, labels[right] = guess[p];
    others[wrong] = p;
    right += known, wrong += !known;
  }
  sure.size = right;
  take(part, sure, labels);
  for (std::size_t i = 0; i < wrong; ++i) {
    open.rows[open.size] = block[others[i]], open.numbers[open.size] = block.begin + others[i];
    if (++open.size < kBlock) continue;
    measure_all(part, open, turned);
    open.size = 0;
  }
  return right;
}

template <class Real>
inline void run_part(Part<Real>& part) {
  Turned turned(part.rows.dimension);
  std::vector<Real> copy;
  Picked<Real> open;
  std::size_t seen = 0, sure = 0;
  for (std::size_t begin = part.begin; begin < part.end; begin += kBlock) {
    const auto block = part.rows.block(begin, part.end, copy);
    // Where a first few hundred rows are hardly ever sure, so are the others.
    const bool pays = seen < 8 * kBlock || 8 * sure > seen;
    if (part.guide.guess && block.size == kBlock && pays) {
      seen += block.size;
      sure += take_sure(part, block, open, turned.data());
    } else {
      measure_all(part, block, turned.data());
    }
  }
  if (open.size == 0) return;
  for (std::size_t p = open.size; p < kBlock; ++p) open.rows[p] = open[0];
  measure_all(part, open, turned.data());
}
