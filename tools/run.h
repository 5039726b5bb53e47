// A run, from the options to the exit status.
#pragma once

#include "exit.h"
#include "options.h"

namespace dns_cares_tool {

// Throws UsageError, InputError, OutputError, SetupError, std::bad_alloc, std::system_error.
int run(const Options &options);

}  // namespace dns_cares_tool
