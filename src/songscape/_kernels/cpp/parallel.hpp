// Fixed parts, any number of threads: the work is cut by its size alone, each part writes only to
// its own slot, and slots are added in order, so that results are bit-identical on any thread count.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace songscape {

// n rows cut into parts of whole blocks, by n alone; enough parts for many threads, few enough that
// sums kept apart stay small.
class Parts {
 public:
  Parts(std::size_t rows, std::size_t block)
      : count(std::clamp<std::size_t>((rows + kRows - 1) / kRows, 1, kMost)),
        rows_(rows),
        block_(block) {}

  std::size_t begin(std::size_t part) const {
    const std::size_t blocks = (rows_ + block_ - 1) / block_;
    return std::min(rows_, blocks * part / count * block_);
  }

  const std::size_t count;

 private:
  static constexpr std::size_t kRows = 4096, kMost = 64;
  std::size_t rows_, block_;
};

// Call work(part) once for each part in 0..parts-1 on at most `threads` threads.
template <class Work>
void for_each_part(std::size_t parts, int threads, const Work& work) {
  const auto hands = std::min(static_cast<std::size_t>(std::max(threads, 1)), parts);
  if (hands <= 1) {
    for (std::size_t part = 0; part < parts; ++part) work(part);
    return;
  }
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  const auto loop = [&] {
    try {
      for (std::size_t part; (part = next.fetch_add(1)) < parts;) work(part);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(guard);
      failure = std::current_exception();
    }
  };
  std::vector<std::thread> pool;
  for (std::size_t i = 1; i < hands; ++i) pool.emplace_back(loop);
  loop();
  for (auto& thread : pool) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace songscape
