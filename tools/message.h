// What is said on standard error. It may be closed, full or a terminal that is gone: nothing depends on it.
#pragma once

#include <string_view>

namespace dns_cares_tool {

// The text as it is. Never throws.
void say(std::string_view text) noexcept;

// "dns-cares: TEXT" on a line of its own.
void complain(std::string_view text) noexcept;

// Has file descriptors 0 to 2 open, so that no file that is opened later becomes one of them. One that was closed is
// there for the wrong direction: who uses it is told that it cannot be.
void open_standard_descriptors() noexcept;

}  // namespace dns_cares_tool
