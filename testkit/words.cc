#include "words.h"

#include <stdexcept>

namespace dns_testkit {
namespace {

constexpr std::string_view kBlanks = " \t\r";

// Takes what is between two quotes, and the second quote, off the front of `rest`.
std::string take_quoted(std::string_view &rest) {
  std::string text;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    if (rest[at] == '"') {
      rest.remove_prefix(at + 1);
      return text;
    }
    const bool escape = rest[at] == '\\' && at + 1 < rest.size() && (rest[at + 1] == '"' || rest[at + 1] == '\\');
    text += rest[escape ? ++at : at];
  }
  throw std::invalid_argument("quote not closed \"" + text + "\"");
}

Word take_word(std::string_view &rest) {
  Word word;
  word.quoted = rest.front() == '"';
  while (!rest.empty() && kBlanks.find(rest.front()) == std::string_view::npos) {
    const char next = rest.front();
    rest.remove_prefix(1);
    if (next == '"') {
      word.text += take_quoted(rest);
    } else {
      word.text += next;
    }
  }
  return word;
}

void skip_blanks(std::string_view &rest) { rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size())); }

}  // namespace

std::vector<Word> split_words(std::string_view line) {
  std::vector<Word> words;
  for (skip_blanks(line); !line.empty() && line.front() != '#'; skip_blanks(line)) words.push_back(take_word(line));
  return words;
}

}  // namespace dns_testkit
