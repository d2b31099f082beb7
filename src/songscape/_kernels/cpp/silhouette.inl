// Scores of one block of points under every labeling. Compiled for each CPU.

// Distances of the block's points, in lanes, to each of kBlock other points: (other, point).
inline void distances(const float* points, const float* others, std::size_t dimension,
                      float* out) {
  constexpr std::size_t kRowsAtOnce = 4;
  for (std::size_t p = 0; p < kBlock; p += kVectors * kLanes) {
    for (std::size_t other = 0; other < kBlock; other += kRowsAtOnce) {
      Floats square[kRowsAtOnce][kVectors] = {};
      for (std::size_t j = 0; j < dimension; ++j) {
        Floats point[kVectors];
        for (int v = 0; v < kVectors; ++v)
          point[v] = load<Floats>(points + j * kBlock + p + v * kLanes);
        for (std::size_t a = 0; a < kRowsAtOnce; ++a) {
          const Floats coordinate = splat<Floats>(others[j * kBlock + other + a]);
          for (int v = 0; v < kVectors; ++v) {
            const Floats gap = point[v] - coordinate;
            square[a][v] += gap * gap;
          }
        }
      }
      for (std::size_t a = 0; a < kRowsAtOnce; ++a)
        for (int v = 0; v < kVectors; ++v)
          store<Floats>(out + (other + a) * kBlock + p + v * kLanes, root(square[a][v]));
    }
  }
}

// A tile of distances the other way round.
inline void transpose_tile(const float* tile, float* out) {
  for (std::size_t i = 0; i < kBlock; i += 8) {
    for (std::size_t j = 0; j < kBlock; j += 8) {
      Vector<float, 8> square[8];
      for (std::size_t row = 0; row < 8; ++row)
        square[row] = load<Vector<float, 8>>(tile + (i + row) * kBlock + j);
      transpose(square);
      for (std::size_t row = 0; row < 8; ++row) store(out + (j + row) * kBlock + i, square[row]);
    }
  }
}

// Add weighted distances to a block of others to the sums (cluster, point) of one labeling: a run of
// others with the same label is added in float32 registers, runs are added in float64.
inline void add_runs(const SilhouetteData& data, const Labeling& labeling, std::size_t block,
                     const float* distance, double* sums) {
  const std::uint8_t* order = labeling.order.data() + block * kBlock;
  const std::int32_t* label = labeling.labels.data() + block * kBlock;
  const float* weight = data.weights.data() + block * kBlock;
  std::size_t end;
  for (std::size_t begin = labeling.skipped[block]; begin < kBlock; begin = end) {
    const std::int32_t cluster = label[order[begin]];
    for (end = begin + 1; end < kBlock && label[order[end]] == cluster;) ++end;
    for (std::size_t p = 0; p < kBlock; p += kVectors * kLanes) {
      Floats run[kVectors] = {};
      for (std::size_t r = begin; r < end; ++r) {
        const float* row = distance + order[r] * kBlock + p;
        const Floats w = splat<Floats>(weight[order[r]]);
        for (int v = 0; v < kVectors; ++v) run[v] += w * load<Floats>(row + v * kLanes);
      }
      float flat[kVectors * kLanes];
      std::memcpy(flat, run, sizeof flat);
      double* sum = sums + static_cast<std::size_t>(cluster) * kBlock + p;
      for (int lane = 0; lane < kVectors * kLanes; ++lane) sum[lane] += flat[lane];
    }
  }
}

// Add distances to a block of others to the sums of a block, under every labeling.
inline void add_tile(const SilhouetteData& data, std::size_t others, const float* distance,
                     double* sums) {
  for (const auto& labeling : data.labelings) {
    add_runs(data, labeling, others, distance, sums);
    sums += labeling.cluster_weights.size() * kBlock;
  }
}

// All pairs of blocks of two panels, or of one with itself; each distance serves both its points.
inline void add_panels(SilhouetteData& data, const Panel& left, const Panel& right) {
  Lines<float> tile(kBlock * kBlock), across(kBlock * kBlock);
  for (std::size_t a = left.begin; a < left.end; ++a) {
    for (std::size_t b = left.begin == right.begin ? a : right.begin; b < right.end; ++b) {
      distances(data.turned(a), data.turned(b), data.dimension, tile.data());
      add_tile(data, b, tile.data(), data.sums_of(a));
      if (a == b) continue;
      transpose_tile(tile.data(), across.data());
      add_tile(data, a, across.data(), data.sums_of(b));
    }
  }
}

// One block against all, which needs its own sums only.
inline void add_alone(const SilhouetteData& data, std::size_t block, double* sums) {
  Lines<float> tile(kBlock * kBlock);
  for (std::size_t others = 0; others < data.blocks; ++others) {
    distances(data.turned(block), data.turned(others), data.dimension, tile.data());
    add_tile(data, others, tile.data(), sums);
  }
}
