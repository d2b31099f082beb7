// The two nearest centres of every row of one part. Compiled for each CPU.

#include "centers.inl"

struct TopThree {
  Floats first, second, third;
  Ints label, second_label;
};

inline void offer(TopThree& top, Floats value, Ints number) {
  const Ints wins = value < top.first, places = value < top.second;
  const Floats loser = places ? top.second : value;
  top.third = loser < top.third ? loser : top.third;
  top.second = wins ? top.first : (places ? value : top.second);
  top.second_label = wins ? top.label : (places ? number : top.second_label);
  top.first = wins ? value : top.first;
  top.label = wins ? number : top.label;
}

constexpr int kTogether = 2;  // vectors at a time, so that one's comparisons hide the other's

inline void top_three(const Centers& centers, const float* turned, TopThree (&top)[kTogether]) {
  const Floats none = splat<Floats>(kInfinity);
  for (auto& one : top) one.first = one.second = one.third = none, one.label = one.second_label = Ints{};
  const All all{centers};
  for (std::size_t i = 0; i < all.groups(); ++i) {
    const auto group = all[i];
    Floats value[kGroup][kTogether];
    measure(group, centers.dimension, turned, value);
    for (std::size_t a = 0; a < kGroup; ++a)
      for (int v = 0; v < kTogether; ++v) offer(top[v], value[a][v], splat<Ints>(group.number(a)));
  }
}

// Whether the first three are surely in this order; infinite ones are centres that do not exist.
inline Ints surely_ordered(const TopThree& top, Floats square, std::size_t dimension) {
  const Floats far = top.third < kInfinity ? top.third : top.second;
  const Floats tolerance = doubt(square, far < kInfinity ? far : top.first, dimension);
  return (top.second - top.first > tolerance) &
         ((top.third - top.second > tolerance) | (top.second == kInfinity));
}

inline Nearest measured(const Centers& centers, const double* row, std::int32_t label,
                        std::int32_t second_label) {
  Nearest nearest{label, second_label, kUnmeasured, kUnmeasured};
  nearest.square = square_distance(row, centers[label], centers.width);
  if (centers.count > 1)
    nearest.second_square = square_distance(row, centers[second_label], centers.width);
  return nearest;
}

template <class Real>
inline void settle_lanes(const NearestPart<Real>& part, const Block<Real>& block, std::size_t p,
                         const TopThree& top, Ints sure) {
  const auto& [rows, centers, begin_row, end_row, out] = part;
  std::vector<double> row(centers.width);
  for (std::size_t lane = 0; lane < kLanes && p + lane < block.size; ++lane) {
    const std::size_t i = block.begin + p + lane;
    for (std::size_t j = 0; j < rows.dimension; ++j) row[j] = block[p + lane][j];
    const Nearest nearest =
        sure[lane] ? measured(centers, row.data(), top.label[lane], top.second_label[lane])
                   : exact_nearest(centers, row.data());
    out.labels[i] = nearest.label, out.second_labels[i] = nearest.second_label;
    out.squares[i] = nearest.square, out.second_squares[i] = nearest.second_square;
  }
}

template <class Real>
inline void nearest_part(const NearestPart<Real>& part) {
  const auto& [rows, centers, begin_row, end_row, out] = part;
  Turned turned(rows.dimension);
  std::vector<Real> copy;
  TopThree top[kTogether];
  for (std::size_t begin = begin_row; begin < end_row; begin += kBlock) {
    const auto block = rows.block(begin, end_row, copy);
    read_ahead(block, rows.dimension, 0, kBlock);
    turn(block, centers.frame, rows.dimension, turned.data());
    for (std::size_t p = 0; p < block.size; p += kTogether * kLanes) {
      top_three(centers, turned.data() + p, top);
      for (std::size_t v = 0; v < kTogether; ++v) {
        const Floats square = squares(turned.data() + p + v * kLanes, rows.dimension);
        settle_lanes(part, block, p + v * kLanes, top[v],
                     surely_ordered(top[v], square, rows.dimension));
      }
    }
  }
}
