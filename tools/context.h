// The library's context of a loop, as the command line has it.
#pragma once

#include <dns_cares/evloop.h>

#include <memory>
#include <stdexcept>

#include "options.h"

namespace dns_cares_tool {

struct SetupError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct DestroyLoop {
  void operator()(struct ev_loop *loop) const { evloop_destroy(loop); }
};
using Loop = std::unique_ptr<struct ev_loop, DestroyLoop>;

// Throws SetupError.
Loop new_loop();

// Throws UsageError if nobody knows the service that is to be used, or SetupError.
void check_service(const Options &options);

// Makes the context. Throws UsageError, which names them, if the servers make no sense, and SetupError for what else
// goes wrong.
void make_context(struct ev_loop *loop, const Options &options);

}  // namespace dns_cares_tool
