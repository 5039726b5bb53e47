// Scripts: the rules of a server as text, one rule per line. README.md has the grammar.
#pragma once

#include <string>
#include <string_view>

#include "dns_cares/testkit.h"

namespace dns_testkit {

// Gives the server the rules of the script. What is wrong gives std::invalid_argument, its message starting with
// "SOURCE:LINE: " and quoting the word; the rules of the lines before that one are in place then.
void read_script(std::string_view text, const std::string &source, Server &server);

// The same with the text of a file, "-" being the standard input. std::system_error if it cannot be read.
void read_script_file(const std::string &path, Server &server);

}  // namespace dns_testkit
