#include "resolver/idna.h"

#include "resolver/name.h"

#if DNS_CARES_HAS_IDN
#include <idn2.h>

#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "resolver/literal.h"
#endif

namespace dns_cares {

#if DNS_CARES_HAS_IDN

namespace {

// A name has 255 octets at the most (RFC 1035 section 2.3.4), and a character of UTF-8 has four. Longer ones are not
// worth the time that it takes to map them.
constexpr std::size_t kMostOctets = std::size_t{4} * 255;

// RFC 5895 section 2: the ideographic full stop, and what is mapped to it or to the usual one as a matter of width.
constexpr std::string_view kOtherFullStops[] = {"\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1"};

std::string with_usual_full_stops(std::string name) {
  for (const std::string_view other : kOtherFullStops) {
    for (std::size_t at = 0; (at = name.find(other, at)) != std::string::npos;) name.replace(at, other.size(), 1, '.');
  }
  return name;
}

struct Free {
  void operator()(std::uint8_t *text) const { idn2_free(text); }
};

// What libidn2 makes of the label; "" if it refuses it.
//
// IDN2_USE_STD3_ASCII_RULES is not for us: libidn2 2.3 then drops an underscore and looks up what is left.
std::string convert(const std::string &label) {
  std::uint8_t *text = nullptr;
  const int error = idn2_lookup_u8(reinterpret_cast<const std::uint8_t *>(label.c_str()), &text,
                                   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<std::uint8_t, Free> owned(text);
  if (error == IDN2_MALLOC) throw std::bad_alloc();
  return error == IDN2_OK ? reinterpret_cast<const char *>(text) : "";
}

// Letters, digits and '-', and the '_' that names beside hosts have. A label that is not in ASCII may not come to have
// more: UTS 46 also maps to '/' and to '\'.
bool is_plain_label(std::string_view label) {
  return !label.empty() && label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

bool append_label(std::string_view label, std::string &name) {
  if (is_ascii(label)) {
    name += label;
    return true;
  }
  if (label.find('\0') != std::string_view::npos) return false;  // Where libidn2 would stop.
  const std::string converted = convert(std::string(label));
  name += converted;
  return is_plain_label(converted);
}

}  // namespace

bool to_a_labels(std::string &name) {
  if (is_ascii(name)) return true;
  if (name.size() > kMostOctets) return false;
  const std::string labels = with_usual_full_stops(name);
  std::string result;
  for (std::string_view rest = labels;;) {
    const std::size_t dot = rest.find('.');
    if (!append_label(rest.substr(0, dot), result)) return false;
    if (dot == std::string_view::npos) break;
    result += '.';
    rest.remove_prefix(dot + 1);
  }
  // Literals are in ASCII. Who looks for them before he asks must not be got round by digits of another width.
  if (parse_literal(result)) return false;
  name = std::move(result);
  return true;
}

#else

bool to_a_labels(std::string &name) { return is_ascii(name); }

#endif

}  // namespace dns_cares
