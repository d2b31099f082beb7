// What one part of the rows would cost with each candidate added. Compiled for each CPU.

#include "centers.inl"

// Add weight * min(closest, square) over one block, for a group of candidates.
inline void add_group(const float* square, const double* closest, const double* weights,
                      double* sums) {
  for (std::size_t a = 0; a < kGroup; ++a) {
    Doubles sum{};
    for (std::size_t p = 0; p < kBlock; p += kHalf) {
      const auto known = load<Doubles>(closest + p);
      const auto found =
          __builtin_convertvector((load<Vector<float, kHalf>>(square + a * kBlock + p)), Doubles);
      sum += load<Doubles>(weights + p) * (found < known ? found : known);
    }
    for (int lane = 0; lane < kHalf; ++lane) sums[a] += sum[lane];
  }
}

template <class Real>
inline void potential_part(PotentialPart<Real>& part) {
  const auto& rows = part.rows;
  const auto& candidates = part.candidates;
  const double unit = candidates.frame.scale * candidates.frame.scale;
  Turned turned(rows.dimension);
  std::vector<Real> copy;
  alignas(64) float square[kGroup][kBlock], length[kBlock];
  alignas(64) double closest[kBlock], weights[kBlock];
  for (std::size_t begin = part.begin; begin < part.end; begin += kBlock) {
    const auto block = rows.block(begin, part.end, copy);
    read_ahead(block, rows.dimension, 0, kBlock);
    turn(block, candidates.frame, rows.dimension, turned.data());
    for (std::size_t p = 0; p < kBlock; ++p) {
      closest[p] = p < block.size ? part.closest[begin + p] * unit : 0.0;
      weights[p] = p < block.size ? rows.weight(begin + p) : 0.0;
    }
    for (std::size_t p = 0; p < kBlock; p += kLanes)
      store<Floats>(length + p, squares(turned.data() + p, rows.dimension));
    for (std::size_t group = 0; group < candidates.groups; ++group) {
      for (std::size_t p = 0; p < kBlock; p += kVectors * kLanes) {
        Floats value[kGroup][kVectors];
        measure(All{candidates}[group], rows.dimension, turned.data() + p, value);
        for (std::size_t at = 0; at < kVectors; ++at) {
          const Floats own = load<Floats>(length + p + at * kLanes);
          for (std::size_t a = 0; a < kGroup; ++a) {
            const Floats found = own + 2.0f * value[a][at];
            store<Floats>(square[a] + p + at * kLanes, found > 0.0f ? found : Floats{});
          }
        }
      }
      add_group(square[0], closest, weights, part.sums.data() + group * kGroup);
    }
  }
}
