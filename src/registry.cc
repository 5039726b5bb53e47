#include "registry.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <unordered_map>

#include "last_resort.h"

namespace dns_cares {
namespace {

struct Registry {
  std::mutex mutex;
  std::unordered_map<struct ev_loop *, Context *> contexts;
  std::atomic<std::uint64_t> removals = 0;
};

// Never destroyed: loops may end after the program's static objects. Made without an allocation, so it cannot fail.
Registry &registry() {
  alignas(Registry) static std::byte storage[sizeof(Registry)];
  static Registry *const instance = new (storage) Registry;
  return *instance;
}

// What the thread has found last: it is there as long as none was removed since. Threads then have nothing in common.
struct Recent {
  struct ev_loop *loop = nullptr;
  Context *context = nullptr;
  std::uint64_t removals = 0;
};
constinit thread_local Recent recent;

Context *take(struct ev_loop *loop) {
  const std::lock_guard lock(registry().mutex);
  const auto found = registry().contexts.find(loop);
  if (found == registry().contexts.end()) return nullptr;
  Context *context = found->second;
  registry().contexts.erase(found);
  ++registry().removals;
  return context;
}

// Lookups that are started while the others are called back make a new context, which must end with the loop too.
void on_loop_end(struct ev_loop *loop) {
  while (Context *context = take(loop)) context->end();
}

Context *make(struct ev_loop *loop, Configuration configuration, ContextSettings settings) {
  auto *context = new Context(loop, std::move(configuration), std::move(settings), on_loop_end);
  try {
    const std::lock_guard lock(registry().mutex);
    registry().contexts.emplace(loop, context);
  } catch (...) {
    context->end();
    throw;
  }
  return context;
}

}  // namespace

Context *find_context(struct ev_loop *loop) {
  Recent &last = recent;
  if (last.loop == loop && last.removals == registry().removals) return last.context;
  const std::lock_guard lock(registry().mutex);
  const auto found = registry().contexts.find(loop);
  if (found == registry().contexts.end()) return nullptr;
  last = {loop, found->second, registry().removals};
  return found->second;
}

Context &context_of(struct ev_loop *loop) {
  if (Context *context = find_context(loop)) return *context;
  dns_options defaults;
  dns_options_init(&defaults);
  Configuration configuration(defaults);
  ContextSettings settings;
  configuration.read(settings);  // Nothing that the defaults name can be an error.
  return *make(loop, std::move(configuration), std::move(settings));
}

int make_context(struct ev_loop *loop, const dns_options *options) {
  if (find_context(loop) != nullptr) return DNS_ESYSTEM;
  dns_options known;
  int status = known_options(options, known);
  if (status != DNS_OK) return status;
  Configuration configuration(known);
  ContextSettings settings;
  status = configuration.read(settings);
  if (status != DNS_OK) return status;
  Context *context = make(loop, std::move(configuration), std::move(settings));
  try {
    context->open_servers();
  } catch (const Channel::Failure &failure) {
    end_context(loop);
    return failure.status;
  } catch (...) {
    end_context(loop);
    throw;
  }
  return DNS_OK;
}

void end_context(struct ev_loop *loop) {
  end_last_resort(loop);
  if (Context *context = take(loop)) context->end();
}

}  // namespace dns_cares
