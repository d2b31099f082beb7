// The pass over one part of the rows. Compiled for each CPU.

#include "centers.inl"

// Labels of one turned block; returns whether any of them is in doubt.
template <class Real>
inline bool assign(const Centers& centers, const Block<Real>& block, const float* turned,
                   std::int32_t* labels, std::int32_t* doubtful) {
  Ints any{};
  for (std::size_t p = 0; p < kBlock; p += kVectors * kLanes) {
    const auto winner = find_winner(All{centers}, block, turned, p);
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

template <class Real>
inline void settle(const Centers& centers, const Block<Real>& block, const std::int32_t* doubtful,
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
template <std::size_t Chunks, class Real>
inline void accumulate(Part<Real>& part, const Block<Real>& block, const std::int32_t* labels) {
  constexpr std::size_t kColumns = Chunks ? Chunks * kChunk : 1;
  const std::size_t width = Chunks ? kColumns : part.centers.width;
  alignas(64) double local[kColumns] = {};
  double* squares = Chunks ? local : part.squares.data();
  // Held here, since the stores below could change them for all the compiler knows.
  double *counts = part.counts.data(), *sums = part.sums.data();
  const double *centers = part.centers.exact.data(), *weights = part.rows.weights();
  const std::size_t size = block.size;
  for (std::size_t p = 0; p < size; ++p) {
    const auto label = static_cast<std::size_t>(labels[p]);
    const double weight = weights ? weights[block.index(p)] : 1.0;
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
template <class Real>
inline void take(Part<Real>& part, const Block<Real>& block, const std::int32_t* labels) {
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
  if (part.labels) std::copy_n(labels, block.size, part.labels + block.begin);
}

template <class Real>
inline void run_part(Part<Real>& part) {
  Turned turned(part.rows.dimension);
  std::vector<Real> copy;
  alignas(64) std::int32_t labels[kBlock], doubtful[kBlock];
  for (std::size_t begin = part.begin; begin < part.end; begin += kBlock) {
    const auto block = part.rows.block(begin, part.end, copy);
    turn(block, part.centers.frame, part.rows.dimension, turned.data());
    if (assign(part.centers, block, turned.data(), labels, doubtful))
      settle(part.centers, block, doubtful, labels);
    take(part, block, labels);
  }
}
