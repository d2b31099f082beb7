// Distances to centres. Compiled for each CPU.

// The two nearest centres of a zero-padded row in float64; of equals the first.
inline Nearest exact_nearest(const Centers& centers, const double* row) {
  Nearest nearest;
  for (std::size_t i = 0; i < centers.count; ++i) {
    const double square = square_distance(row, centers[i], centers.width);
    const auto label = static_cast<std::int32_t>(i);
    if (square < nearest.square) {
      nearest = {label, nearest.label, square, nearest.square};
    } else if (square < nearest.second_square) {
      nearest.second_label = label, nearest.second_square = square;
    }
  }
  return nearest;
}

// All centres, in groups that lie together.
struct All {
  struct Group {
    const float *coordinates, *half_squares;
    std::size_t first;
    float coordinate(std::size_t a, std::size_t j) const { return coordinates[j * kGroup + a]; }
    float half_square(std::size_t a) const { return half_squares[a]; }
    std::int32_t number(std::size_t a) const { return static_cast<std::int32_t>(first + a); }
  };
  std::size_t groups() const { return centers.groups; }
  Group operator[](std::size_t i) const {
    return {centers.coordinates.data() + i * centers.dimension * kGroup,
            centers.half_squares.data() + i * kGroup, i * kGroup};
  }
  const Centers& centers;
};

// Some centres by their numbers, in groups that lie anywhere.
struct Some {
  struct Group {
    Group(const Centers& centers, const std::int32_t* numbers)
        : numbers(numbers), half_squares(centers.half_squares.data()) {
      for (std::size_t a = 0; a < kGroup; ++a) {
        const auto at = static_cast<std::size_t>(numbers[a]);
        coordinates[a] =
            centers.coordinates.data() + at / kGroup * centers.dimension * kGroup + at % kGroup;
      }
    }
    float coordinate(std::size_t a, std::size_t j) const { return coordinates[a][j * kGroup]; }
    float half_square(std::size_t a) const { return half_squares[numbers[a]]; }
    std::int32_t number(std::size_t a) const { return numbers[a]; }

    const float* coordinates[kGroup];
    const std::int32_t* numbers;
    const float* half_squares;
  };
  std::size_t groups() const { return count / kGroup; }
  Group operator[](std::size_t i) const { return {centers, numbers + i * kGroup}; }

  const Centers& centers;
  const std::int32_t* numbers;
  std::size_t count;  // whole groups
};

// Half squared distances, less |x|^2 / 2, of kWidth * kLanes turned points to a group of centres.
template <int kWidth, class Group>
inline void measure(const Group& group, std::size_t dimension, const float* turned,
                    Floats (&value)[kGroup][kWidth]) {
  for (std::size_t a = 0; a < kGroup; ++a)
    for (int v = 0; v < kWidth; ++v) value[a][v] = splat<Floats>(group.half_square(a));
  for (std::size_t j = 0; j < dimension; ++j) {
    Floats point[kWidth];
    for (int v = 0; v < kWidth; ++v) point[v] = load<Floats>(turned + j * kBlock + v * kLanes);
    for (std::size_t a = 0; a < kGroup; ++a) {
      const Floats coordinate = splat<Floats>(group.coordinate(a, j));
      for (int v = 0; v < kWidth; ++v) value[a][v] -= coordinate * point[v];
    }
  }
}

// |x|^2 of kLanes turned points.
inline Floats squares(const float* turned, std::size_t dimension) {
  Floats sum{};
  for (std::size_t j = 0; j < dimension; ++j) {
    const auto value = load<Floats>(turned + j * kBlock);
    sum += value * value;
  }
  return sum;
}

// Twice the rounding error that a half squared distance of `value` can carry: values further apart
// than this are surely in the right order. It is (d + 6) units of |c| (|c| / 2 + |x|), of which
// |c| <= |x| + |x - c| leaves no more than 2.5 |x|^2 + 2 |x - c|^2, and no root to take.
inline Floats doubt(Floats square, Floats value, std::size_t dimension) {
  const float unit = static_cast<float>(dimension + 6) * 0x1p-23f;
  const Floats distance = square + 2.0f * value;
  return unit * (2.5f * square + 2.0f * (distance > 0.0f ? distance : Floats{})) + 1e-30f;
}

struct Winner {
  Floats best[kVectors], second[kVectors];
  Ints label[kVectors];
};

// The nearest of some centres to kVectors * kLanes turned points of a block, reading ahead meanwhile.
template <class Choice, class Source>
inline Winner find_winner(const Choice& choice, const Source& block, const float* turned,
                          std::size_t begin) {
  const std::size_t dimension = choice.centers.dimension, groups = choice.groups();
  const std::size_t end = begin + kVectors * kLanes, share = (end - begin + groups - 1) / groups;
  std::size_t ahead = begin;
  Floats best[kVectors], second[kVectors];
  Ints label[kVectors] = {};
  for (int v = 0; v < kVectors; ++v) best[v] = second[v] = splat<Floats>(kInfinity);
  for (std::size_t i = 0; i < groups; ++i) {
    const auto group = choice[i];
    Floats value[kGroup][kVectors];
    measure(group, dimension, turned + begin, value);
    read_ahead(block, dimension, ahead, std::min(ahead + share, end));
    ahead += share;
    for (std::size_t a = 0; a < kGroup; ++a) {
      const Ints number = splat<Ints>(group.number(a));
      for (int v = 0; v < kVectors; ++v) {
        const Floats x = value[a][v], loser = best[v] > x ? best[v] : x;
        second[v] = second[v] < loser ? second[v] : loser;
        label[v] = x < best[v] ? number : label[v];
        best[v] = x < best[v] ? x : best[v];
      }
    }
  }
  Winner winner;
  for (int v = 0; v < kVectors; ++v) {
    winner.best[v] = best[v], winner.second[v] = second[v], winner.label[v] = label[v];
  }
  return winner;
}
