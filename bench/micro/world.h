// What the lookups of these benchmarks find.
#pragma once

#include <string>
#include <vector>

struct ev_loop;

namespace micro {

// A loop with a context whose cache and hosts file know a thousand names each, with an address of either family, and
// whose server is nobody.
class World {
 public:
  World();
  ~World();
  World(const World &) = delete;
  World &operator=(const World &) = delete;

  struct ev_loop *loop() const {
    return loop_;
  }

  const std::vector<std::string> in_cache;
  const std::vector<std::string> in_hosts;

 private:
  struct ev_loop *const loop_;
};

}  // namespace micro
