#include "resolver/name.h"

#include <algorithm>
#include <optional>

namespace dns_cares {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxWire = 255;

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_printable(char c) { return c > ' ' && c < 0x7f; }

// How many characters stand for the octet at the start of `text`; nothing for what stands for none.
std::optional<std::size_t> octet_length(std::string_view text) {
  if (!is_printable(text[0])) return std::nullopt;
  if (text[0] != '\\') return 1;
  if (text.size() < 2) return std::nullopt;
  if (!is_digit(text[1])) return is_printable(text[1]) ? std::optional<std::size_t>(2) : std::nullopt;
  if (text.size() < 4 || !is_digit(text[2]) || !is_digit(text[3])) return std::nullopt;
  const int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  return value >= 1 && value <= 255 ? std::optional<std::size_t>(4) : std::nullopt;
}

}  // namespace

// A final dot that is escaped belongs to the last label.
std::string_view without_last_dot(std::string_view name) {
  if (name.size() < 2 || name.back() != '.') return name;
  std::size_t backslashes = 0;
  while (backslashes + 1 < name.size() && name[name.size() - 2 - backslashes] == '\\') ++backslashes;
  if (backslashes % 2 == 0) name.remove_suffix(1);
  return name;
}

bool is_valid_name(std::string_view name) {
  name = without_last_dot(name);
  if (name.empty()) return false;
  std::size_t label = 0;
  std::size_t wire = 1;  // the root label
  while (!name.empty()) {
    if (name[0] == '.') {
      if (label == 0) return false;
      label = 0;
      name.remove_prefix(1);
      if (name.empty()) return false;
      continue;
    }
    const auto length = octet_length(name);
    if (!length) return false;
    name.remove_prefix(*length);
    if (label == 0) ++wire;  // the length octet
    ++wire;
    if (++label > kMaxLabel || wire > kMaxWire) return false;
  }
  return label > 0;
}

bool same_name(std::string_view a, std::string_view b) {
  a = without_last_dot(a);
  b = without_last_dot(b);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool is_localhost(std::string_view name) {
  constexpr std::string_view kLocalhost = "localhost";
  name = without_last_dot(name);
  if (name.size() < kLocalhost.size()) return false;
  const std::string_view tail = name.substr(name.size() - kLocalhost.size());
  if (!same_name(tail, kLocalhost)) return false;
  if (tail.size() == name.size()) return true;
  // An escaped dot before the tail is part of its label.
  const std::string_view head = name.substr(0, name.size() - tail.size());
  return without_last_dot(head).size() != head.size();
}

bool normalize_name(std::string &name) {
  if (!is_valid_name(name)) return false;
  if (name.find('\\') == std::string::npos) return true;
  std::string plain;
  for (std::string_view rest = name; !rest.empty();) {
    const std::size_t length = *octet_length(rest);
    if (length == 4) {
      plain += static_cast<char>((rest[1] - '0') * 100 + (rest[2] - '0') * 10 + (rest[3] - '0'));
    } else {
      plain += rest[length - 1];
    }
    const bool needs_escape = plain.back() == '.' || plain.back() == '\\';
    if (length > 1 && needs_escape) plain.insert(plain.size() - 1, 1, '\\');
    rest.remove_prefix(length);
  }
  name = std::move(plain);
  return true;
}

std::string name_key(std::string_view name) {
  std::string key(without_last_dot(name));
  std::transform(key.begin(), key.end(), key.begin(), to_lower);
  return key;
}

}  // namespace dns_cares
