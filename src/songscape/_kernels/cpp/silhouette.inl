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

// Add weighted distances to the sums (cluster, point) of one labeling: a run of others with the
// same label is added in float32 registers, runs are added in float64.
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

inline void silhouette_block(const SilhouetteData& data, std::size_t block, double* out) {
  std::vector<double> sums(data.clusters * kBlock);
  std::vector<float> distance(kBlock * kBlock + 16);
  float* aligned = distance.data();
  aligned += (64 - reinterpret_cast<std::uintptr_t>(aligned) % 64) % 64 / sizeof(float);
  for (std::size_t other = 0; other < data.blocks; ++other) {
    distances(data.turned(block), data.turned(other), data.dimension, aligned);
    double* own = sums.data();
    for (const auto& labeling : data.labelings) {
      add_runs(data, labeling, other, aligned, own);
      own += labeling.cluster_weights.size() * kBlock;
    }
  }
  score(data, block, sums.data(), out);
}
