// What the data of each type of records consist of, told once: reading them, giving them to programs and printing them
// all go along the same description.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "records/wire_name.h"

namespace dns_cares {

// What is read for each kind of field, and how it is printed.
enum class FieldKind : std::uint8_t {
  kU8,
  kU16,
  kU32,
  kType,      // 16 bits; the type's name
  kTime,      // 32 bits; YYYYMMDDHHMMSS (RFC 4034 section 3.2)
  kAddress4,  // of 4 octets
  kAddress6,  // of 16
  kName,
  kString,   // a character string; in quotes
  kTag,      // a character string; as it is
  kStrings,  // character strings to the end, one at least
  kQuoted,   // octets to the end; in quotes
  kHex,      // octets to the end
  kBase64,   // octets to the end
  kTypes,    // a bit map of types to the end (RFC 4034 section 4.1.2)
  kParams,   // service parameters to the end (RFC 9460 section 2.2)
  kLocation  // 16 octets (RFC 1876 section 2)
};

struct Field {
  FieldKind kind;
  std::uint16_t offset = 0;  // of the member in the struct of the public header that has it
};

struct Layout {
  unsigned type;
  std::size_t struct_size;  // of that struct; 0: there is none
  std::span<const Field> fields;
};

// nullptr: nothing is known of the type's data.
const Layout *find_layout(unsigned type);

// One field as it was read: a number, a name, or octets, by its kind.
struct Value {
  std::uint32_t number = 0;
  WireName name;
  Octets octets;
};

// False if it is not there or malformed.
bool read_field(Reader &reader, FieldKind kind, Value &value);

// Has visit(field, value) called for each field. False if the data do not consist of just these.
template <class Visit>
bool read_fields(const Layout &layout, Reader &reader, const Visit &visit) {
  Value value;
  for (const Field &field : layout.fields) {
    if (!read_field(reader, field.kind, value)) return false;
    visit(field, value);
  }
  return reader.at_end();
}

}  // namespace dns_cares
