// Structs of the C API that begin with their size: a program may have been built with an older or a newer version of
// one than the library.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace dns_cares {

// The size of a struct that ends with this member: that of the first version, for one.
#define DNS_CARES_SIZE_TO(Struct, member) (offsetof(Struct, member) + sizeof(Struct::member))

// Copies over `known`, which has the defaults, what the program has of the struct. False if the program has less than
// the first version, or has set a member that this library does not know.
template <class Struct>
bool read_sized(const Struct &theirs, std::size_t first_version, Struct &known) {
  if (theirs.size < first_version) return false;
  const std::size_t shared = std::min(theirs.size, sizeof known);
  const auto *octets = reinterpret_cast<const char *>(&theirs);
  if (std::any_of(octets + shared, octets + theirs.size, [](char octet) { return octet != 0; })) return false;
  std::memcpy(&known, octets, shared);
  return true;
}

// Copies to the program as much of the struct as it has.
template <class Struct>
void write_sized(Struct &theirs, const Struct &ours) {
  const std::size_t size = theirs.size;
  std::memcpy(&theirs, &ours, std::min(size, sizeof ours));
  theirs.size = size;
}

}  // namespace dns_cares
