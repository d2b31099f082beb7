// The nearest other cluster of one cluster. Compiled for each CPU.

// Bit p of the result: cluster p of the block may be nearer than `reach` allows to rule out.
// Its distance is w_i w_j / (w_i + w_j) |c_i - c_j|^2, compared without dividing.
inline std::uint64_t candidates(const WardState& state, std::size_t block, const float* center,
                                float weight, float reach) {
  const float* others = state.turned.data() + block * kBlock * state.dimension;
  const float* weights = state.float_weights.data() + block * kBlock;
  std::uint64_t found = 0;
  for (std::size_t p = 0; p < kBlock; p += kVectors * kLanes) {
    Floats square[kVectors] = {};
    for (std::size_t j = 0; j < state.dimension; ++j) {
      const Floats coordinate = splat<Floats>(center[j]);
      for (int v = 0; v < kVectors; ++v) {
        const Floats gap = load<Floats>(others + j * kBlock + p + v * kLanes) - coordinate;
        square[v] += gap * gap;
      }
    }
    Ints near[kVectors], any{};
    for (int v = 0; v < kVectors; ++v) {
      const Floats w = load<Floats>(weights + p + v * kLanes);
      near[v] = square[v] * w <= reach * (w + weight);
      any |= near[v];
    }
    std::int32_t hit = 0;
    for (int lane = 0; lane < kLanes; ++lane) hit |= any[lane];
    if (hit == 0) continue;
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
