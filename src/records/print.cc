// Records in presentation format.
#include <arpa/inet.h>

#include <ctime>
#include <string_view>

#include "dns_cares/records.h"
#include "records/layout.h"
#include "records/location.h"
#include "records/types.h"

namespace dns_cares {
namespace {

constexpr unsigned kInternet = 1;

void print_decimal_escape(unsigned char octet, TextOut &out) {
  out.put('\\');
  out.number(octet, 3);
}

// RFC 1035 section 5.1.
void print_octet(unsigned char octet, TextOut &out) {
  if (octet < ' ' || octet >= 0x7f) return print_decimal_escape(octet, out);
  if (octet == '"' || octet == '\\') out.put('\\');
  out.put(static_cast<char>(octet));
}

void print_quoted(Octets octets, TextOut &out) {
  out.put('"');
  for (const unsigned char octet : octets) print_octet(octet, out);
  out.put('"');
}

// Calls print(string) for each character string, with a separator between.
template <class Print>
void print_strings(Octets strings, char separator, TextOut &out, const Print &print) {
  for (Reader reader(strings); !reader.at_end() && reader.ok();) {
    if (reader.place() != 0) out.put(separator);
    print(reader.string());
  }
}

// What has a blank in it would be two words.
void print_bare(Octets octets, TextOut &out) {
  for (const unsigned char octet : octets) {
    if (octet == ' ') {
      print_decimal_escape(octet, out);
    } else {
      print_octet(octet, out);
    }
  }
}

void print_hex(Octets octets, TextOut &out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const unsigned octet : octets) {
    out.put(kDigits[octet >> 4]);
    out.put(kDigits[octet & 15]);
  }
}

// RFC 4648 section 4.
void print_base64(Octets octets, TextOut &out) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (; !octets.empty(); octets = octets.subspan(octets.size() < 3 ? octets.size() : 3)) {
    unsigned group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < octets.size() ? octets[i] : 0U);
    for (std::size_t i = 0; i < 4; ++i) {
      out.put(i <= octets.size() ? kDigits[group >> (18 - 6 * i) & 63] : '=');
    }
  }
}

void print_address(int family, Octets octets, TextOut &out) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(family, octets.data(), text, sizeof text);
  out.put(text);
}

void print_time(std::uint32_t seconds, TextOut &out) {
  const std::time_t time = seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[16];
  out.put({text, std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &utc)});
}

void print_type_map(Octets octets, TextOut &out) {
  bool first = true;
  for (Reader reader(octets); !reader.at_end();) {
    const unsigned window = reader.u8();
    unsigned type = window << 8;
    for (const unsigned flags : reader.take(reader.u8())) {
      for (unsigned bit = 0x80; bit != 0; bit >>= 1, ++type) {
        if ((flags & bit) == 0) continue;
        if (!first) out.put(' ');
        first = false;
        print_type(type, out);
      }
    }
  }
}

// --- service parameters (RFC 9460 appendix A) ---

void print_key(unsigned key, TextOut &out) {
  constexpr std::string_view kNames[] = {"mandatory", "alpn",     "no-default-alpn", "port", "ipv4hint",
                                         "ech",       "ipv6hint", "dohpath",         "ohttp"};
  if (key < std::size(kNames)) return out.put(kNames[key]);
  out.put("key");
  out.number(key);
}

// A list's items are escaped by themselves, and then with the value that they are part of.
void print_item(Octets item, TextOut &out) {
  for (const unsigned char octet : item) {
    if (octet == ',' || octet == '\\') out.put("\\\\");
    print_bare({&octet, 1}, out);
  }
}

void print_addresses(int family, std::size_t octets, Octets value, TextOut &out) {
  for (Octets rest = value; rest.size() >= octets; rest = rest.subspan(octets)) {
    if (rest.data() != value.data()) out.put(',');
    print_address(family, rest.first(octets), out);
  }
}

void print_keys(Octets value, TextOut &out) {
  for (Reader reader(value); !reader.at_end();) {
    if (reader.place() != 0) out.put(',');
    print_key(reader.u16(), out);
  }
}

bool has_strings(Octets value) {
  Reader reader(value);
  while (reader.ok() && !reader.at_end()) reader.string();
  return reader.ok() && !value.empty();
}

// False if the value is none of its key.
bool print_known_value(unsigned key, Octets value, TextOut &out) {
  const auto consists_of = [&](std::size_t octets) { return !value.empty() && value.size() % octets == 0; };
  switch (key) {
    case DNS_SVC_MANDATORY:
      if (!consists_of(2)) return false;
      print_keys(value, out);
      return true;
    case DNS_SVC_ALPN:
      if (!has_strings(value)) return false;
      print_strings(value, ',', out, [&](Octets item) { print_item(item, out); });
      return true;
    case DNS_SVC_PORT:
      if (value.size() != 2) return false;
      out.number(Reader(value).u16());
      return true;
    case DNS_SVC_IPV4HINT:
      if (!consists_of(sizeof(in_addr))) return false;
      print_addresses(AF_INET, sizeof(in_addr), value, out);
      return true;
    case DNS_SVC_IPV6HINT:
      if (!consists_of(sizeof(in6_addr))) return false;
      print_addresses(AF_INET6, sizeof(in6_addr), value, out);
      return true;
    case DNS_SVC_ECH:
      print_base64(value, out);
      return true;
    default:
      return false;
  }
}

void print_params(Octets params, TextOut &out) {
  for (Reader reader(params); !reader.at_end();) {
    if (reader.place() != 0) out.put(' ');
    const unsigned key = reader.u16();
    const Octets value = reader.take(reader.u16());
    print_key(key, out);
    if (value.empty()) continue;
    out.put('=');
    if (!print_known_value(key, value, out)) print_bare(value, out);
  }
}

// --- records ---

void print_value(FieldKind kind, const Value &value, TextOut &out) {
  switch (kind) {
    case FieldKind::kU8:
    case FieldKind::kU16:
    case FieldKind::kU32:
      return out.number(value.number);
    case FieldKind::kType:
      return print_type(value.number, out);
    case FieldKind::kTime:
      return print_time(value.number, out);
    case FieldKind::kAddress4:
      return print_address(AF_INET, value.octets, out);
    case FieldKind::kAddress6:
      return print_address(AF_INET6, value.octets, out);
    case FieldKind::kName:
      return print_name(value.name, out);
    case FieldKind::kString:
    case FieldKind::kQuoted:
      return print_quoted(value.octets, out);
    case FieldKind::kTag:
      return print_bare(value.octets, out);
    case FieldKind::kStrings:
      return print_strings(value.octets, ' ', out, [&](Octets string) { print_quoted(string, out); });
    case FieldKind::kHex:
      return print_hex(value.octets, out);
    case FieldKind::kBase64:
      return print_base64(value.octets, out);
    case FieldKind::kTypes:
      return print_type_map(value.octets, out);
    case FieldKind::kParams:
      return print_params(value.octets, out);
    case FieldKind::kLocation:
      return print_location(value.octets, out);
  }
}

// RFC 3597 section 5.
void print_generic(Octets data, TextOut &out) {
  out.put("\\# ");
  out.number(data.size());
  if (!data.empty()) out.put(' ');
  print_hex(data, out);
}

bool prints_nothing(FieldKind kind, const Value &value) {
  const bool may_be_empty =
      kind == FieldKind::kHex || kind == FieldKind::kBase64 || kind == FieldKind::kTypes || kind == FieldKind::kParams;
  return may_be_empty && value.octets.empty();
}

bool has_format(const Layout &layout, Octets data) {
  Reader reader(data);
  bool printable = true;
  const bool well_formed = read_fields(layout, reader, [&](const Field &field, const Value &value) {
    if (field.kind == FieldKind::kLocation) printable = is_location(value.octets);
  });
  return well_formed && printable;
}

void print_data(unsigned type, Octets data, TextOut &out) {
  const Layout *const layout = find_layout(type);
  if (layout == nullptr || data.empty() || !has_format(*layout, data)) return print_generic(data, out);
  Reader reader(data);
  bool first = true;
  read_fields(*layout, reader, [&](const Field &field, const Value &value) {
    if (!first && !prints_nothing(field.kind, value)) out.put(' ');
    first = false;
    print_value(field.kind, value, out);
  });
}

void print_class(unsigned rrclass, TextOut &out) {
  if (rrclass == kInternet) return out.put("IN");
  out.put("CLASS");
  out.number(rrclass);
}

Octets data_of(const dns_record &record) { return {record.rdata.data, record.rdata.size}; }

}  // namespace
}  // namespace dns_cares

int dns_record_print(const struct dns_record *record, char *text, size_t size) {
  using namespace dns_cares;
  TextOut out(text, size);
  out.put(record->name);
  out.put('\t');
  out.number(record->ttl);
  out.put('\t');
  print_class(record->rrclass, out);
  out.put('\t');
  print_type(record->type, out);
  out.put('\t');
  print_data(record->type, data_of(*record), out);
  return out.finish();
}

int dns_record_print_data(const struct dns_record *record, char *text, size_t size) {
  using namespace dns_cares;
  TextOut out(text, size);
  print_data(record->type, data_of(*record), out);
  return out.finish();
}
