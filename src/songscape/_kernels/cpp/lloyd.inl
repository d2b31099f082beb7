// What Lloyd's steps do with one part of the rows. Compiled for each CPU.

#include "centers.inl"

template <class Real>
inline Doubles from_shift(const Real* row, const double* shift) {
  return __builtin_convertvector((load<Vector<Real, kHalf>>(row)), Doubles) - load<Doubles>(shift);
}

// By how much, at least, the distance to the second nearest centre exceeds that to the nearest.
inline Floats lead_of(Floats square, Floats best, Floats second, Floats tolerance) {
  const Floats near = square + 2.0f * best + 2.0f * tolerance;
  const Floats far = square + 2.0f * second - 2.0f * tolerance;
  return root(far > 0.0f ? far : Floats{}) * (1.0f - 0x1p-20f) -
         root(near > 0.0f ? near : Floats{}) * (1.0f + 0x1p-20f);
}

// Labels and leads of one turned block; returns whether any label is in doubt.
template <class Choice, class Source>
inline bool assign_leading(const Choice& choice, const Source& block, const float* turned,
                           std::int32_t* labels, std::int32_t* doubtful, float* leads) {
  const std::size_t dimension = choice.centers.dimension;
  Ints any{};
  for (std::size_t p = 0; p < kBlock; p += kVectors * kLanes) {
    const auto winner = find_winner(choice, block, turned, p);
    for (int v = 0; v < kVectors; ++v) {
      const std::size_t at = p + v * kLanes;
      const auto square = squares(turned + at, dimension);
      const Ints alone = winner.second[v] == kInfinity;  // there is no other centre
      const auto rival = alone ? winner.best[v] : winner.second[v];
      const auto tolerance = doubt(square, rival, dimension);
      const Ints sure = winner.second[v] - winner.best[v] > tolerance;
      store(labels + at, winner.label[v]);
      store(doubtful + at, ~sure);
      store(leads + at, lead_of(square, winner.best[v], winner.second[v], tolerance));
      any |= ~sure;
    }
  }
  std::int32_t found = 0;
  for (int lane = 0; lane < kLanes; ++lane) found |= any[lane];
  return found != 0;
}

// Use up leads by what centres moved; returns the rows of a block that have none left, as bits.
inline std::uint64_t open_rows(const std::int32_t* labels, float* leads, const Drift& drift,
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
    const Floats left = load<Floats>(leads + p) - load<Floats>(loss + p);
    const Ints none = ~(left > 0.0f);
    store(leads + p, left);
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
inline std::int32_t exact_label(const Real* row, const Centers& centers) {
  std::vector<double> exact(centers.width);
  std::copy_n(row, centers.dimension, exact.begin());
  return exact_nearest(centers, exact.data()).label;
}

// Rows picked from a table, to be read like a block, and by how much at least each one's last centre
// leads those it is not measured against.
template <class Real>
struct Picked {
  using Number = Real;
  struct Row {
    std::uint32_t number;  // from the first
    float lead;
  };
  const Real* operator[](std::size_t i) const { return table[index(i)]; }
  std::size_t index(std::size_t i) const { return first + rows[i].number; }
  float lead(std::size_t i) const { return rows[i].lead; }

  const Rows<Real>& table;
  const Row* rows;
  std::size_t first, size;
};

// No block comes after these that anyone knew of.
template <class Real>
inline void read_ahead(const Picked<Real>&, std::size_t, std::size_t, std::size_t) {}

// A block of neighbouring rows, measured against all centres.
template <class Real>
struct Whole : Block<Real> {
  float lead(std::size_t) const { return kInfinity; }
};

// How many rows of a block are sooner picked than the whole block is measured.
inline std::size_t worth_picking(const Centers& centers) {
  const std::size_t whole = 2 * centers.count * (centers.dimension + 5) + 200;
  return whole / (6 + whole / kBlock);
}

// A row's squared distance to a centre in the frame, by column of a chunk. `Chunks` is known at
// compile time where rows are short; zero takes any width.
template <std::size_t Chunks, class Real>
inline Vector<float, kChunk> gaps_of(const Centers& centers, const Real* row, const float* center) {
  constexpr bool kPairs = Chunks != 0 && Chunks % 2 == 0 && kLanes >= 2 * kChunk;
  constexpr std::size_t kTogether = kPairs ? 2 * kChunk : kChunk;
  using Wide = Vector<Real, kTogether>;
  using Narrow = Vector<float, kTogether>;
  const std::size_t width = Chunks ? Chunks * kChunk : centers.width;
  const auto dimension = static_cast<std::int32_t>(centers.dimension);
  const Real scale = static_cast<Real>(centers.frame.scale);
  Vector<std::int32_t, kTogether> column;
  for (std::size_t lane = 0; lane < kTogether; ++lane)
    column[lane] = static_cast<std::int32_t>(lane);
  Narrow sum{};
  for (std::size_t j = 0; j < width; j += kTogether) {
    const auto shift = __builtin_convertvector(
        (load<Vector<double, kTogether>>(centers.frame.shift.data() + j)), Wide);
    const auto x = (load<Wide>(row + j) - shift) * scale;
    const auto gap = __builtin_convertvector(x, Narrow) - load<Narrow>(center + j);
    sum += column < dimension - static_cast<std::int32_t>(j) ? gap * gap : Narrow{};
  }
  if constexpr (kPairs) {
    return __builtin_shufflevector(sum, sum, 0, 1, 2, 3, 4, 5, 6, 7) +
           __builtin_shufflevector(sum, sum, 8, 9, 10, 11, 12, 13, 14, 15);
  } else {
    return sum;
  }
}

// Distances of eight rows of a block to a centre each, in the frame.
template <std::size_t Chunks, class Real>
inline Vector<float, 8> distances_of_eight(const Centers& centers, const Guide& guide,
                                           const Block<Real>& block, const std::size_t* rows,
                                           const std::int32_t* labels) {
  const std::size_t width = Chunks ? Chunks * kChunk : centers.width;
  Vector<float, kChunk> sums[8];
  for (std::size_t i = 0; i < 8; ++i)
    sums[i] = gaps_of<Chunks>(
        centers, block[rows[i]],
        guide.coordinates.data() + static_cast<std::size_t>(labels[i]) * width);
  transpose(sums);
  return root(((sums[0] + sums[1]) + (sums[2] + sums[3])) +
              ((sums[4] + sums[5]) + (sums[6] + sums[7])));
}

template <std::size_t Chunks, class Real>
inline void distances_of_rows(const Centers& centers, const Guide& guide, const Block<Real>& block,
                              const std::size_t* rows, const std::int32_t* labels,
                              std::size_t count, float* distances) {
  for (std::size_t i = 0; i < count; i += 8) {
    store(distances + i, distances_of_eight<Chunks>(centers, guide, block, rows + i, labels + i));
  }
}

// Distances of so many rows of a block, a multiple of eight, to a centre each.
template <class Real>
inline void distances(const Centers& centers, const Guide& guide, const Block<Real>& block,
                      const std::size_t* rows, const std::int32_t* labels, std::size_t count,
                      float* out) {
  switch (centers.width / kChunk) {
    case 1:
      return distances_of_rows<1>(centers, guide, block, rows, labels, count, out);
    case 2:
      return distances_of_rows<2>(centers, guide, block, rows, labels, count, out);
    default:
      return distances_of_rows<0>(centers, guide, block, rows, labels, count, out);
  }
}

constexpr float kTwice = 2.0f * (1.0f - 0x1p-20f);  // rounded so that a lead stays one

// One step over one part of the rows: first all of them are added up, then those that change.
template <class Real>
class Relabelling {
 public:
  Relabelling(LloydPart<Real>& part, const Centers& centers, const Guide& guide)
      : part_(part), centers_(centers), guide_(guide), first_(part.sums.empty()),
        worth_picking_(worth_picking(centers)), turned_(centers.dimension),
        squares_(first_ ? centers.width : 0),
        for_all_(guide ? static_cast<std::int32_t>(centers.count) : 0),
        sizes_(static_cast<std::size_t>(for_all_) + 1), queues_(sizes_.size() * kBlock) {
    part.counts.resize(centers.count);
    part.sums.resize(centers.count * centers.width);
  }

  void run(const Drift& drift) {
    for (std::size_t begin = part_.begin; begin < part_.end; begin += kBlock) {
      const std::size_t size = std::min(kBlock, part_.end - begin);
      const auto open = open_rows(part_.labels + begin, part_.leads + begin, drift, size);
      if (open || first_) take(begin, open);
    }
    for (std::int32_t queue = 0; queue <= for_all_; ++queue) measure_queue(queue);
    for (std::size_t j = 0; first_ && j < centers_.dimension; ++j) part_.square += squares_[j];
  }

 private:
  // Of a block some rows are open: they may have another label now.
  void take(std::size_t begin, std::uint64_t open) {
    const auto block = part_.rows.block(begin, part_.end, copy_);
    const auto count = static_cast<std::size_t>(__builtin_popcountll(open));
    // Where a guide has hardly ever helped a first few hundred rows, it will not help others.
    const bool guided = guide_ && (seen_ < 8 * kBlock || 8 * spared_ > seen_);
    // Picked rows are read later, so they must stand in the table, not in the copy of its last ones.
    if (count && (!copy_.empty() || (!guided && count > worth_picking_)))
      return measure(Whole<Real>{block}, All{centers_});
    std::size_t rows[kBlock];
    if (first_) {
      std::size_t closed = 0;
      for (std::size_t p = 0; p < block.size; ++p)
        if (!(open >> p & 1)) rows[closed++] = p;
      add(block, rows, closed, part_.labels + begin);
    }
    for (std::size_t i = 0; open; open &= open - 1)
      rows[i++] = static_cast<std::size_t>(__builtin_ctzll(open));
    if (guided) {
      pick_guided(block, rows, count);
    } else {
      for (std::size_t i = 0; i < count; ++i) pick(for_all_, begin + rows[i], kInfinity);
    }
  }

  // Rows surely nearest to their own centre get a new lead; the others wait to be measured against
  // those about it where these surely suffice, or against all. No branch, which nobody could predict.
  void pick_guided(const Block<Real>& block, std::size_t* rows, std::size_t count) {
    const std::size_t whole = (count + 7) / 8 * 8;
    std::fill(rows + count, rows + whole, rows[0]);
    std::int32_t labels[kBlock], queues[kBlock];
    alignas(64) float far[kBlock], leads[kBlock], leads_among[kBlock];
    for (std::size_t i = 0; i < whole; ++i) labels[i] = part_.labels[block.begin + rows[i]];
    distances(centers_, guide_, block, rows, labels, whole, far);
    for (std::size_t i = 0; i < whole; i += 8) {
      Vector<float, 8> alone, among;
      for (std::size_t lane = 0; lane < 8; ++lane) {
        const auto label = static_cast<std::size_t>(labels[i + lane]);
        alone[lane] = guide_.alone[label], among[lane] = guide_.among[label];
      }
      const auto own = load<Vector<float, 8>>(far + i), lead = (among - own) * kTwice;
      const auto label = load<Vector<std::int32_t, 8>>(labels + i);
      store(leads + i, (alone - own) * kTwice);
      store(queues + i, lead > 0.0f ? label : for_all_ + Vector<std::int32_t, 8>{});
      store(leads_among + i, lead > 0.0f ? lead : kInfinity + Vector<float, 8>{});
    }
    std::size_t waiting[kBlock], size = 0, not_spared = 0;
    float* const known = part_.leads + block.begin;
    for (std::size_t i = 0; i < count; ++i) {
      known[rows[i]] = leads[i];
      waiting[size] = i;
      size += !(leads[i] > 0.0f);
    }
    for (std::size_t w = 0; w < size; ++w) {
      const std::size_t i = waiting[w];
      not_spared += queues[i] == for_all_;
      pick(queues[i], block.begin + rows[i], leads_among[i]);
    }
    seen_ += count, spared_ += count - not_spared;
  }

  // Rows wait in a queue until there are enough to be measured together.
  void pick(std::int32_t queue, std::size_t row, float lead) {
    std::uint32_t& size = sizes_[static_cast<std::size_t>(queue)];
    queues_[static_cast<std::size_t>(queue) * kBlock + size] = {
        static_cast<std::uint32_t>(row - part_.begin), lead};
    if (++size == kBlock) measure_queue(queue);
  }

  void measure_queue(std::int32_t queue) {
    auto* rows = queues_.data() + static_cast<std::size_t>(queue) * kBlock;
    std::uint32_t& size = sizes_[static_cast<std::size_t>(queue)];
    if (size == 0) return;
    std::fill(rows + size, rows + kBlock, rows[0]);
    const Picked<Real> picked{part_.rows, rows, part_.begin, size};
    for (std::size_t i = 0; guide_ && i < size; ++i) __builtin_prefetch(picked[i]);
    if (queue == for_all_) {
      measure(picked, All{centers_});
    } else {
      measure(picked, Some{centers_, guide_.around(static_cast<std::size_t>(queue)), kAbout});
    }
    size = 0;
  }

  template <class Source, class Choice>
  void measure(const Source& rows, const Choice& choice) {
    alignas(64) std::int32_t labels[kBlock], doubtful[kBlock];
    alignas(64) float leads[kBlock];
    turn(rows, centers_.frame, centers_.dimension, turned_.data());
    const bool unsure = assign_leading(choice, rows, turned_.data(), labels, doubtful, leads);
    std::size_t changed[kBlock], count = 0;
    std::int32_t before[kBlock];
    for (std::size_t p = 0; p < rows.size; ++p) {
      const std::size_t i = rows.index(p);
      if (unsure && doubtful[p]) labels[p] = exact_label(rows[p], centers_), leads[p] = -1.0f;
      part_.leads[i] = std::min(leads[p], rows.lead(p));
      changed[count] = p, before[count] = part_.labels[i];
      count += first_ || labels[p] != part_.labels[i];
      part_.labels[i] = labels[p];
    }
    if (first_) return add(rows, changed, count, labels);
    for (std::size_t c = 0; c < count; ++c) {
      const std::size_t p = changed[c];
      const double weight = part_.rows.weight(rows.index(p));
      transfer(rows[p], before[c], -weight);
      transfer(rows[p], labels[p], weight);
    }
  }

  // Add a row to one cluster's sums, or with a negative weight take it out.
  void transfer(const Real* row, std::int32_t label, double weight) {
    part_.counts[static_cast<std::size_t>(label)] += weight;
    double* sum = part_.sums.data() + static_cast<std::size_t>(label) * centers_.width;
    for (std::size_t j = 0; j < centers_.width; j += kHalf)
      store<Doubles>(sum + j, load<Doubles>(sum + j) +
                                  weight * from_shift(row + j, centers_.frame.shift.data() + j));
  }

  // Add rows for the first time, and their squares by column.
  template <class Source>
  void add(const Source& rows, const std::size_t* which, std::size_t count,
           const std::int32_t* labels) {
    switch (centers_.width / kChunk) {
      case 1:
        return add_short<1>(rows, which, count, labels);
      case 2:
        return add_short<2>(rows, which, count, labels);
      default:
        return add_short<0>(rows, which, count, labels);
    }
  }

  template <std::size_t Chunks, class Source>
  void add_short(const Source& rows, const std::size_t* which, std::size_t count,
                 const std::int32_t* labels) {
    constexpr std::size_t kColumns = Chunks ? Chunks * kChunk : 1;
    const std::size_t width = Chunks ? kColumns : centers_.width;
    alignas(64) double local[kColumns] = {};
    double* squares = Chunks ? local : squares_.data();
    // Held here, since the stores below could change them for all the compiler knows.
    double *counts = part_.counts.data(), *sums = part_.sums.data();
    const double *shift = centers_.frame.shift.data(), *weights = part_.rows.weights();
    for (std::size_t c = 0; c < count; ++c) {
      const std::size_t p = which[c];
      const auto label = static_cast<std::size_t>(labels[p]);
      const double weight = weights ? weights[rows.index(p)] : 1.0;
      const Real* row = rows[p];
      double* sum = sums + label * width;
      counts[label] += weight;
      for (std::size_t j = 0; j < width; j += kHalf) {
        const Doubles x = from_shift(row + j, shift + j), weighed = weight * x;
        store<Doubles>(sum + j, load<Doubles>(sum + j) + weighed);
        store<Doubles>(squares + j, load<Doubles>(squares + j) + weighed * x);
      }
    }
    if (Chunks)
      for (std::size_t j = 0; j < kColumns; ++j) squares_[j] += local[j];
  }

  LloydPart<Real>& part_;
  const Centers& centers_;
  const Guide& guide_;
  const bool first_;
  const std::size_t worth_picking_;
  Turned turned_;
  Lines<double> squares_;  // (width,)
  const std::int32_t for_all_;  // the last queue: rows to be measured against all centres
  std::vector<std::uint32_t> sizes_;
  Lines<typename Picked<Real>::Row> queues_;  // (queues, kBlock), one for each label before
  std::vector<Real> copy_;
  std::size_t seen_ = 0, spared_ = 0;
};

template <class Real>
inline void relabel_part(LloydPart<Real>& part, const Centers& centers, const Drift& drift,
                         const Guide& guide) {
  Relabelling<Real>(part, centers, guide).run(drift);
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
    if (squares) squares[i] = total(gaps);
  }
  part.objective = total(objective);
}
