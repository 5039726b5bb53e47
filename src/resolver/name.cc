#include "resolver/name.h"

#include <algorithm>
#include <array>
#include <optional>

namespace dns_cares {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxWire = 255;

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

// What c-ares 1.2x and later agree to ask for; a dot inside a label must be escaped.
constexpr std::array<bool, 256> kHostChars = [] {
  std::array<bool, 256> result{};
  for (unsigned c = 0; c < result.size(); ++c) {
    const char character = static_cast<char>(c);
    result[c] = is_letter(character) || is_digit(character) || c == '-' || c == '_' || c == '/' || c == '*';
  }
  return result;
}();
bool is_host_char(char c) { return kHostChars[static_cast<unsigned char>(c)]; }

// One octet of a label, and how many characters stand for it.
struct Octet {
  char value;
  std::size_t length;
};

std::optional<Octet> read_escape(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  if (!is_digit(text[1])) return Octet{text[1], 2};
  if (text.size() < 4 || !is_digit(text[2]) || !is_digit(text[3])) return std::nullopt;
  const int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  return value <= 255 ? std::optional(Octet{static_cast<char>(value), 4}) : std::nullopt;
}

// The octet at the start of `text`; nothing if there is none that a host name may have.
std::optional<Octet> read_octet(std::string_view text) {
  const auto octet = text[0] == '\\' ? read_escape(text) : Octet{text[0], 1};
  if (!octet || !(is_host_char(octet->value) || (octet->value == '.' && octet->length > 1))) return std::nullopt;
  return octet;
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
  std::size_t label = 0;
  std::size_t wire = 1;  // the root label
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    if (!is_host_char(name[at])) {
      const auto octet = read_octet(name.substr(at));
      if (!octet) return false;
      at += octet->length - 1;
    }
    wire += label == 0 ? 2 : 1;  // with the length octet
    if (++label > kMaxLabel) return false;
  }
  return label > 0 && wire <= kMaxWire;
}

bool same_name(std::string_view a, std::string_view b) {
  a = without_last_dot(a);
  b = without_last_dot(b);
  if (a.size() != b.size()) return false;
  return a == b || std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool is_in_zone(std::string_view name, std::string_view zone) {
  name = without_last_dot(name);
  zone = without_last_dot(zone);
  if (zone.empty() || zone == ".") return true;
  if (name.size() < zone.size() || to_lower(name.back()) != to_lower(zone.back())) return false;
  if (!same_name(name.substr(name.size() - zone.size()), zone)) return false;
  if (name.size() == zone.size()) return true;
  const std::string_view above = name.substr(0, name.size() - zone.size());
  return without_last_dot(above).size() != above.size();  // An escaped dot is within a label.
}

bool is_localhost(std::string_view name) { return is_in_zone(name, "localhost"); }

bool normalize_name(std::string &name) {
  if (!is_valid_name(name)) return false;
  if (name.find('\\') == std::string::npos) return true;
  std::string plain;
  for (std::string_view rest = name; !rest.empty();) {
    if (rest[0] == '.') {
      plain += '.';
      rest.remove_prefix(1);
      continue;
    }
    const Octet octet = *read_octet(rest);
    if (octet.value == '.') plain += '\\';
    plain += octet.value;
    rest.remove_prefix(octet.length);
  }
  name = std::move(plain);
  return true;
}

void make_lower(std::string &name) { std::transform(name.begin(), name.end(), name.begin(), to_lower); }

std::string name_key(std::string_view name) {
  std::string key(without_last_dot(name));
  make_lower(key);
  return key;
}

}  // namespace dns_cares
