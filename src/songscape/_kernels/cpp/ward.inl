// The nearest other cluster of one cluster. Compiled for each CPU.

// Add the squared gaps of some columns.
inline void add_gaps(const float* others, const float* center, std::size_t begin, std::size_t end,
                     Floats (&square)[kVectors]) {
  for (std::size_t j = begin; j < end; ++j) {
    const Floats coordinate = splat<Floats>(center[j]);
    for (int v = 0; v < kVectors; ++v) {
      const Floats gap = load<Floats>(others + j * kBlock + v * kLanes) - coordinate;
      square[v] += gap * gap;
    }
  }
}

// Whether a cluster may be nearer than `reach` allows to rule out: its distance is
// w_i w_j / (w_i + w_j) |c_i - c_j|^2, compared without dividing.
inline bool any_near(const Floats (&square)[kVectors], const float* weights, float weight,
                     float reach, Ints (&near)[kVectors]) {
  Ints any{};
  for (int v = 0; v < kVectors; ++v) {
    const Floats w = load<Floats>(weights + v * kLanes);
    near[v] = square[v] * w <= reach * (w + weight);
    any |= near[v];
  }
  std::int32_t hit = 0;
  for (int lane = 0; lane < kLanes; ++lane) hit |= any[lane];
  return hit != 0;
}

// Bit p of the result: cluster p of the block may be nearer. Most are far off in a few columns.
inline std::uint64_t candidates(const WardState& state, std::size_t block, const float* center,
                                float weight, float reach) {
  const float* others = state.turned.data() + block * kBlock * state.dimension;
  const float* weights = state.float_weights.data() + block * kBlock;
  const std::size_t few = state.dimension > 6 ? (state.dimension + 1) / 2 : state.dimension;
  std::uint64_t found = 0;
  for (std::size_t p = 0; p < kBlock; p += kVectors * kLanes) {
    Floats square[kVectors] = {};
    Ints near[kVectors];
    add_gaps(others + p, center, 0, few, square);
    if (!any_near(square, weights + p, weight, reach, near)) continue;
    if (few < state.dimension) {
      add_gaps(others + p, center, few, state.dimension, square);
      if (!any_near(square, weights + p, weight, reach, near)) continue;
    }
    for (int v = 0; v < kVectors; ++v)
      for (int lane = 0; lane < kLanes; ++lane)
        if (near[v][lane]) found |= std::uint64_t{1} << (p + v * kLanes + lane);
  }
  return found;
}

// The nearest cluster to `slot`, or `best` where none is strictly nearer.
inline Neighbour scan(const WardState& state, std::size_t slot, Neighbour best) {
  const std::size_t blocks = (state.slots + kBlock - 1) / kBlock;
  std::vector<float> center(state.dimension);
  const float* own = state.turned.data() + slot / kBlock * kBlock * state.dimension + slot % kBlock;
  for (std::size_t j = 0; j < state.dimension; ++j) center[j] = own[j * kBlock];
  float reach = state.reach(slot, best.distance);
  for (std::size_t block = 0; block < blocks; ++block) {
    auto found =
        candidates(state, block, center.data(), state.float_weights[slot], reach);
    for (; found; found &= found - 1) {
      const std::size_t other =
          block * kBlock + static_cast<std::size_t>(__builtin_ctzll(found));
      if (other == slot) continue;
      const double distance = state.distance(slot, other);
      if (distance < best.distance) {
        best = {other, distance};
        reach = state.reach(slot, distance);
      }
    }
  }
  return best;
}
