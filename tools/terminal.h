// What is known of the terminal at standard error.
#pragma once

#include <cstddef>

namespace dns_cares_tool {

// Whether something drawn there is seen by somebody, and does not get between results.
bool can_show_progress(int output_fd);
// Whether it may be in colour: the terminal is no dumb one, and NO_COLOR (no-color.org) is not set.
bool wants_colour();
std::size_t terminal_width();

}  // namespace dns_cares_tool
