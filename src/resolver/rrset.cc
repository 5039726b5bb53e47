#include "resolver/rrset.h"

#include <algorithm>
#include <memory>
#include <new>

#include "spare_memory.h"

namespace dns_cares {

RRset::Ptr RRset::make(std::span<const Address> addresses, std::string_view canonical_name) {
  static_assert(alignof(Address) <= alignof(RRset) && sizeof(RRset) % alignof(Address) == 0);
  const std::size_t size = sizeof(RRset) + addresses.size_bytes() + canonical_name.size();
  Ptr rrset(new (SpareMemory::get(size)) RRset(addresses.size(), canonical_name.size()));
  auto *text = std::uninitialized_copy(addresses.begin(), addresses.end(), const_cast<Address *>(rrset->block()));
  std::copy(canonical_name.begin(), canonical_name.end(), reinterpret_cast<char *>(text));
  return rrset;
}

std::size_t RRset::size() const { return sizeof(RRset) + addresses().size_bytes() + canonical_length_; }

RRset::Ptr RRset::make_whole(std::span<const unsigned char> reply, std::uint16_t flags) {
  constexpr std::size_t kFlags = 2;
  Ptr rrset = make({}, {reinterpret_cast<const char *>(reply.data()), reply.size()});
  auto *const octets = const_cast<unsigned char *>(rrset->whole().data());
  octets[kFlags] = static_cast<unsigned char>(octets[kFlags] | flags >> 8);
  octets[kFlags + 1] = static_cast<unsigned char>(octets[kFlags + 1] | flags);
  return rrset;
}

void RRset::free() {
  const std::size_t octets = size();
  this->~RRset();
  SpareMemory::put(this, octets);
}

std::size_t RRset::bytes() const { return SpareMemory::heap_octets(size()); }

}  // namespace dns_cares
