// What Lloyd's steps do with one part of the rows. Compiled for each CPU.

#include "centers.inl"

template <class Real>
inline Doubles from_shift(const Real* row, const Frame& frame, std::size_t column) {
  return __builtin_convertvector((load<Vector<Real, kHalf>>(row + column)), Doubles) -
         load<Doubles>(frame.shift.data() + column);
}

template <class Real>
inline void turn_part(LloydPart<Real>& part, const Frame& frame) {
  std::vector<Real> copy;
  const std::size_t width = padded(part.rows.dimension);
  for (std::size_t begin = part.begin; begin < part.end; begin += kBlock) {
    const auto block = part.rows.block(begin, part.end, copy);
    turn(block, frame, part.rows.dimension, part.turned + (begin - part.begin) * width);
  }
}

// Rows to be measured together: turned, and which they are.
struct Batch {
  const float* turned;
  std::size_t rows[kBlock], size;
};

// Add a row to one cluster's sums, or with a negative weight take it out.
template <class Real>
inline void transfer(LloydPart<Real>& part, const Centers& centers, const Real* row,
                     std::size_t label, double weight) {
  part.counts[label] += weight;
  double* sum = part.sums.data() + label * centers.width;
  for (std::size_t j = 0; j < centers.width; j += kHalf)
    store<Doubles>(sum + j, load<Doubles>(sum + j) + weight * from_shift(row, centers.frame, j));
}

// By how much, at least, the distance to the second nearest centre exceeds that to the nearest.
inline Floats lead_of(Floats square, Floats best, Floats second, Floats tolerance) {
  const Floats near = square + 2.0f * best + 2.0f * tolerance;
  const Floats far = square + 2.0f * second - 2.0f * tolerance;
  return root(far > 0.0f ? far : Floats{}) * (1.0f - 0x1p-20f) -
         root(near > 0.0f ? near : Floats{}) * (1.0f + 0x1p-20f);
}

// Labels and leads of one turned block; returns whether any label is in doubt.
inline bool assign_leading(const Centers& centers, const float* turned, std::int32_t* labels,
                           std::int32_t* doubtful, float* lead) {
  Ints any{};
  for (std::size_t p = 0; p < kBlock; p += kVectors * kLanes) {
    const auto winner = find_winner(centers, turned + p);
    for (int v = 0; v < kVectors; ++v) {
      const std::size_t at = p + v * kLanes;
      const auto square = squares(turned + at, centers.dimension);
      const Ints alone = winner.second[v] == kInfinity;  // there is no other centre
      const auto rival = alone ? winner.best[v] : winner.second[v];
      const auto tolerance = doubt(square, rival, centers.dimension);
      const Ints sure = winner.second[v] - winner.best[v] > tolerance;
      store(labels + at, winner.label[v]);
      store(doubtful + at, ~sure);
      store(lead + at, lead_of(square, winner.best[v], winner.second[v], tolerance));
      any |= ~sure;
    }
  }
  std::int32_t found = 0;
  for (int lane = 0; lane < kLanes; ++lane) found |= any[lane];
  return found != 0;
}

template <class Real>
inline std::int32_t exact_label(const Rows<Real>& rows, std::size_t i, const Centers& centers) {
  std::vector<double> row(centers.width);
  std::copy_n(rows[i], centers.dimension, row.begin());
  return exact_nearest(centers, row.data()).label;
}

template <class Real>
inline void label_batch(LloydPart<Real>& part, const Centers& centers, const Batch& batch,
                        std::vector<Real>& copy) {
  alignas(64) std::int32_t labels[kBlock], doubtful[kBlock];
  alignas(64) float lead[kBlock];
  const bool unsure = assign_leading(centers, batch.turned, labels, doubtful, lead);
  for (std::size_t p = 0; p < batch.size; ++p) {
    const std::size_t i = batch.rows[p];
    if (unsure && doubtful[p]) {
      labels[p] = exact_label(part.rows, i, centers);
      lead[p] = -1.0f;
    }
    part.lead[i - part.begin] = lead[p];
    if (labels[p] == part.labels[i]) continue;
    if (!part.sums.empty()) {
      const Real* row = part.rows.readable(i, copy);
      const double weight = part.rows.weight(i);
      transfer(part, centers, row, static_cast<std::size_t>(part.labels[i]), -weight);
      transfer(part, centers, row, static_cast<std::size_t>(labels[p]), weight);
    }
    part.labels[i] = labels[p];
  }
}

// Use up leads by what centres moved; returns the rows of a block that have none left, as bits.
inline std::uint64_t open_rows(const std::int32_t* labels, float* lead, const Drift& drift,
                               std::size_t size) {
  alignas(64) float loss[kBlock] = {};
  const float* of_label = drift.loss.data();
  if (size == kBlock)
    for (std::size_t p = 0; p < kBlock; ++p) loss[p] = of_label[labels[p]];
  else
    for (std::size_t p = 0; p < size; ++p) loss[p] = of_label[labels[p]];
  alignas(64) std::int32_t spent[kBlock];
  Ints any{};
  for (std::size_t p = 0; p < kBlock; p += kLanes) {
    const Floats left = load<Floats>(lead + p) - load<Floats>(loss + p);
    const Ints none = ~(left > 0.0f);
    store(lead + p, left);
    store(spent + p, none);
    any |= none;
  }
  std::int32_t hit = 0;
  for (int lane = 0; lane < kLanes; ++lane) hit |= any[lane];
  if (!hit) return 0;
  std::uint64_t open = 0;
  for (std::size_t p = 0; p < size; ++p) open |= static_cast<std::uint64_t>(spent[p] & 1) << p;
  return open;
}

template <class Real>
inline void relabel_part(LloydPart<Real>& part, const Centers& centers, const Drift& drift) {
  constexpr int kWorthGathering = kBlock / 4;
  Turned gathered(centers.dimension);
  Batch few{gathered.data(), {}, 0}, whole{nullptr, {}, 0};
  std::vector<Real> copy;
  for (std::size_t begin = part.begin; begin < part.end; begin += kBlock) {
    whole.size = std::min(kBlock, part.end - begin);
    const std::size_t at = begin - part.begin;
    auto open = open_rows(part.labels + begin, part.lead + at, drift, whole.size);
    if (!open) continue;
    whole.turned = part.turned + at * centers.width;
    if (__builtin_popcountll(open) > kWorthGathering) {
      for (std::size_t p = 0; p < whole.size; ++p) whole.rows[p] = begin + p;
      label_batch(part, centers, whole, copy);
      continue;
    }
    for (; open; open &= open - 1) {
      const auto p = static_cast<std::size_t>(__builtin_ctzll(open));
      for (std::size_t j = 0; j < centers.dimension; ++j)
        gathered.data()[j * kBlock + few.size] = whole.turned[j * kBlock + p];
      few.rows[few.size++] = begin + p;
      if (few.size < kBlock) continue;
      label_batch(part, centers, few, copy);
      few.size = 0;
    }
  }
  if (few.size) label_batch(part, centers, few, copy);
}

template <std::size_t Chunks, class Real>
inline void add_rows(LloydPart<Real>& part, const Centers& centers) {
  constexpr std::size_t kColumns = Chunks ? Chunks * kChunk : 1;
  const std::size_t width = Chunks ? kColumns : centers.width;
  std::vector<Real> copy;
  std::vector<double> many(Chunks ? 0 : width);
  double few[kColumns] = {};
  double* squares = Chunks ? few : many.data();
  for (std::size_t i = part.begin; i < part.end; ++i) {
    const Real* row = part.rows.readable(i, copy);
    const double weight = part.rows.weight(i);
    const auto label = static_cast<std::size_t>(part.labels[i]);
    double* sum = part.sums.data() + label * width;
    part.counts[label] += weight;
    for (std::size_t j = 0; j < width; j += kHalf) {
      const Doubles x = from_shift(row, centers.frame, j), weighed = weight * x;
      store<Doubles>(sum + j, load<Doubles>(sum + j) + weighed);
      store<Doubles>(squares + j, load<Doubles>(squares + j) + weighed * x);
    }
  }
  for (std::size_t j = 0; j < centers.dimension; ++j) part.square += squares[j];
}

// Counts and sums of all rows by label, and their squares.
template <class Real>
inline void add_part(LloydPart<Real>& part, const Centers& centers) {
  part.counts.resize(centers.count);
  part.sums.resize(centers.count * centers.width);
  switch (centers.width / kChunk) {
    case 1:
      return add_rows<1>(part, centers);
    case 2:
      return add_rows<2>(part, centers);
    default:
      return add_rows<0>(part, centers);
  }
}

// Squared distances to each row's own centre, and their weighted sum.
template <class Real>
inline void measure_part(LloydPart<Real>& part, const Centers& centers, double* squares) {
  std::vector<Real> copy;
  Doubles objective{};
  for (std::size_t i = part.begin; i < part.end; ++i) {
    const Real* row = part.rows.readable(i, copy);
    const double* center = centers[static_cast<std::size_t>(part.labels[i])];
    const Doubles gaps = square_gaps(row, center, centers.dimension);
    objective += part.rows.weight(i) * gaps;
    squares[i] = total(gaps);
  }
  part.objective = total(objective);
}
