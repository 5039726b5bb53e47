// A line of a script as words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dns_testkit {

struct Word {
  std::string text;     // without the quotes
  bool quoted = false;  // began with a quote, and so is neither a mark nor a setting
  bool is(std::string_view mark) const { return !quoted && text == mark; }
};

// Words are split at blanks and tabs. A part between double quotes keeps its blanks, and \" and \\ stand for the
// characters there. A word that starts with '#' ends the line. std::invalid_argument: a quote is not closed.
std::vector<Word> split_words(std::string_view line);

}  // namespace dns_testkit
