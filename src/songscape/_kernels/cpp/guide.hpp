// What tells, from a row's distance to one centre, among which centres its nearest one is.
//
// A row nearer to a centre than half way from there to some other one is nearer to it than to that
// other one (Elkan, 2003, Using the triangle inequality to accelerate k-means).
#pragma once

#include "centers.hpp"

namespace songscape {

constexpr std::size_t kAbout = 24;  // centres about one, itself included, that are a choice

struct Guide {
  Guide() = default;  // of nothing
  explicit Guide(const Centers& centers);

  explicit operator bool() const { return !alone.empty(); }
  const std::int32_t* around(std::size_t i) const { return about.data() + i * kAbout; }

  std::size_t width = 0;
  Lines<float> coordinates;         // (k, width) in the frame, zero-padded
  std::vector<std::int32_t> about;  // (k, kAbout), the nearest centres to each, itself first
  // (k,), the distances in the frame, measured in float32, up to which a row is nearest to this
  // centre alone and to one about it. What is left of them is half the lead, at least, over the others.
  std::vector<float> alone, among;
};

}  // namespace songscape
