#include "resolver/name.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

namespace dns_cares {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxWire = 255;

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

// What c-ares 1.2x and later agree to ask for; a dot inside a label must be escaped.
constexpr std::array<bool, 256> host_chars() {
  std::array<bool, 256> result{};
  for (unsigned c = 0; c < result.size(); ++c) {
    const char character = static_cast<char>(c);
    result[c] = is_letter(character) || is_digit(character) || c == '-' || c == '_' || c == '/' || c == '*';
  }
  return result;
}
constexpr std::array<bool, 256> kHostChars = host_chars();
bool is_host_char(char c) { return kHostChars[static_cast<unsigned char>(c)]; }

// Eight characters at a time, the first in the lowest octet; behind the last there are zeros.
using Word = std::uint64_t;
constexpr Word of_each(unsigned char octet) { return Word{0x0101010101010101} * octet; }

template <class Number>
Word read(const char *place) {
  Number number;
  std::memcpy(&number, place, sizeof number);
  return number;
}

// Of less than eight characters. What is read twice is the same in both.
Word read_rest(std::string_view text) {
  const std::size_t size = text.size();
  if (size >= 4) {
    return read<std::uint32_t>(text.data()) | read<std::uint32_t>(text.data() + size - 4) << 8 * (size - 4);
  }
  Word word = 0;
  for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
    if (size > 0) word |= read<std::uint8_t>(text.data() + at) << 8 * at;
  }
  return word;
}

Word take_word(std::string_view &text) {
  if (text.size() < sizeof(Word)) return read_rest(std::exchange(text, {}));
  const Word word = read<Word>(text.data());
  text.remove_prefix(sizeof word);
  return word;
}

// No sum of two octets without their top bits carries into the next.
constexpr Word to_lower(Word word) {
  const Word low = word & of_each(0x7f);
  const Word from_a = low + of_each(0x80 - 'A');
  const Word beyond_z = low + of_each(0x7f - 'Z');
  const Word capitals = from_a & ~beyond_z & ~word & of_each(0x80);
  return word | capitals >> 2;
}

// Both halves of the product, so that each bit of either factor counts.
Word mix(Word a, Word b) {
  __extension__ using Product = unsigned __int128;
  const Product product = Product{a} * b;
  return static_cast<Word>(product) ^ static_cast<Word>(product >> 64);
}

// Without randomness from the system it is still of the process's own.
Word random_seed() noexcept {
  Word seed = 0;
  if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed) {
    seed = static_cast<Word>(getpid()) ^ reinterpret_cast<std::uintptr_t>(&seed);
  }
  return seed;
}

bool has_escapes(std::string_view name) { return name.find('\\') != std::string_view::npos; }

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
  std::size_t wire = 1;  // the root label
  const char *at = name.data();
  for (const char *const end = at + name.size();; ++at) {
    const char *begin = at;
    for (;; ++at) {
      while (at != end && is_host_char(*at)) ++at;
      if (at == end || *at == '.') break;
      const auto octet = read_octet({at, end});
      if (!octet) return false;
      at += octet->length - 1;
      begin += octet->length - 1;  // It counts as one.
    }
    const auto label = static_cast<std::size_t>(at - begin);
    if (label == 0 || label > kMaxLabel) return false;
    wire += 1 + label;
    if (at == end) return wire <= kMaxWire;
  }
}

bool is_plain_name(std::string_view name) { return is_valid_name(name) && !has_escapes(name); }

bool same_name(std::string_view a, std::string_view b) {
  a = without_last_dot(a);
  b = without_last_dot(b);
  if (a.size() != b.size()) return false;
  while (!a.empty()) {
    if (to_lower(take_word(a)) != to_lower(take_word(b))) return false;
  }
  return true;
}

bool is_in_zone(std::string_view name, std::string_view zone) {
  name = without_last_dot(name);
  zone = without_last_dot(zone);
  if (zone.empty() || zone == ".") return true;
  if (name.size() < zone.size()) return false;
  const std::string_view above = name.substr(0, name.size() - zone.size());
  // An escaped dot is within a label.
  if (!above.empty() && (above.back() != '.' || without_last_dot(above).size() == above.size())) return false;
  return same_name(name.substr(above.size()), zone);
}

bool is_localhost(std::string_view name) { return is_in_zone(name, "localhost"); }

bool normalize_name(std::string &name) {
  if (!is_valid_name(name)) return false;
  if (!has_escapes(name)) return true;
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

bool is_ascii(std::string_view text) {
  Word all = 0;
  while (!text.empty()) all |= take_word(text);
  return (all & of_each(0x80)) == 0;
}

// The last eight characters may be looked at twice.
void make_lower(std::string &name) {
  constexpr std::size_t kStep = sizeof(Word);
  if (name.size() < kStep) {
    for (char &c : name) c = to_lower(c);
    return;
  }
  for (std::size_t at = 0;; at = std::min(at + kStep, name.size() - kStep)) {
    const Word word = to_lower(read<Word>(&name[at]));
    std::memcpy(&name[at], &word, kStep);
    if (at + kStep == name.size()) return;
  }
}

std::uint64_t hash_of_name(std::string_view name) noexcept {
  static const Word seed = random_seed();
  constexpr Word kOdd = 0x9e3779b97f4a7c15;
  constexpr std::size_t kStep = sizeof(Word);
  if (name.size() < kStep) return mix(mix(seed ^ to_lower(read_rest(name)), kOdd), kOdd);
  Word hash = seed;
  for (std::size_t at = 0;; at = std::min(at + kStep, name.size() - kStep)) {
    hash = mix(hash ^ to_lower(read<Word>(&name[at])), kOdd);
    if (at + kStep == name.size()) return mix(hash, kOdd);
  }
}

std::string name_key(std::string_view name) {
  std::string key(without_last_dot(name));
  make_lower(key);
  return key;
}

}  // namespace dns_cares
