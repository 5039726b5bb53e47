#include "addrinfo.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "dns_cares/dns_cares.h"
#include "spare_memory.h"

namespace dns_cares {
namespace {

// What stands before the first entry.
struct Header {
  AddrinfoList *holder;  // from which the list may be taken; null: it may not
  std::size_t size;      // of the block, in octets
};
static_assert(sizeof(Header) % alignof(addrinfo) == 0);

Header &header_of(addrinfo *list) { return reinterpret_cast<Header *>(list)[-1]; }

// The block: the header, all entries, then their socket addresses, then their names.
class Block {
 public:
  // Throws std::bad_alloc.
  Block(std::size_t entries, std::size_t sockaddr_octets, std::size_t name_octets) {
    const std::size_t size = sizeof(Header) + entries * sizeof(addrinfo) + sockaddr_octets + name_octets;
    next_entry_ = reinterpret_cast<addrinfo *>(new (SpareMemory::get(size)) Header{nullptr, size} + 1);
    list_.reset(next_entry_);
    next_sockaddr_ = reinterpret_cast<char *>(next_entry_ + entries);
    next_name_ = next_sockaddr_ + sockaddr_octets;
  }

  // Appends an entry that shares nothing with `model` but its plain values. It has no canonical name.
  void append(const addrinfo &model) {
    addrinfo *entry = new (next_entry_) addrinfo(model);
    entry->ai_next = nullptr;
    if (entry != list_.get()) entry[-1].ai_next = entry;
    if (model.ai_addr != nullptr) {
      std::memcpy(next_sockaddr_, model.ai_addr, model.ai_addrlen);
      entry->ai_addr = reinterpret_cast<sockaddr *>(next_sockaddr_);
      next_sockaddr_ += room_for(model.ai_addrlen);
    }
    entry->ai_canonname = nullptr;
    ++next_entry_;
  }

  // Of the entry that was appended last.
  void set_canonical_name(std::string_view name) {
    next_entry_[-1].ai_canonname = next_name_;
    next_name_ = std::copy(name.begin(), name.end(), next_name_);
    *next_name_++ = '\0';
  }

  AddrinfoList take() { return std::move(list_); }

  // Each socket address starts where any may start.
  static std::size_t room_for(std::size_t sockaddr_size) {
    constexpr std::size_t kAlign = alignof(addrinfo);
    return (sockaddr_size + kAlign - 1) / kAlign * kAlign;
  }

 private:
  AddrinfoList list_;
  addrinfo *next_entry_ = nullptr;
  char *next_sockaddr_ = nullptr;
  char *next_name_ = nullptr;
};

socklen_t write_sockaddr(const Address &address, std::uint16_t port, sockaddr_storage &storage) {
  if (address.family == AF_INET) {
    auto *v4 = new (&storage) sockaddr_in{};
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    std::memcpy(&v4->sin_addr, address.octets.data(), sizeof v4->sin_addr);
    return sizeof *v4;
  }
  auto *v6 = new (&storage) sockaddr_in6{};
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  v6->sin6_scope_id = address.scope_id;
  std::memcpy(&v6->sin6_addr, address.octets.data(), sizeof v6->sin6_addr);
  return sizeof *v6;
}

}  // namespace

void FreeAddrinfo::operator()(addrinfo *list) const { SpareMemory::put(block_of(list), header_of(list).size); }

void *block_of(addrinfo *list) { return &header_of(list); }

void offer(AddrinfoList &holder) {
  if (holder != nullptr) header_of(holder.get()).holder = &holder;
}

AddrinfoList make_addrinfo(std::span<const Address> addresses, std::span<const Transport> transports,
                           std::string_view canonical_name) {
  std::size_t sockaddr_octets = 0;
  for (const Address &address : addresses) {
    sockaddr_octets += Block::room_for(address.family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
  }
  Block block(addresses.size() * transports.size(), sockaddr_octets * transports.size(), canonical_name.size() + 1);
  for (const Address &address : addresses) {
    for (const Transport &transport : transports) {
      sockaddr_storage storage;
      addrinfo entry{};
      entry.ai_family = address.family;
      entry.ai_socktype = transport.socktype;
      entry.ai_protocol = transport.protocol;
      entry.ai_addrlen = write_sockaddr(address, transport.port, storage);
      entry.ai_addr = reinterpret_cast<sockaddr *>(&storage);
      block.append(entry);
      if (!canonical_name.empty()) block.set_canonical_name(std::exchange(canonical_name, {}));
    }
  }
  return block.take();
}

}  // namespace dns_cares

struct addrinfo *dns_addrinfo_dup(const struct addrinfo *ai) {
  using dns_cares::Block;
  if (ai == nullptr) return nullptr;
  std::size_t entries = 0;
  std::size_t sockaddr_octets = 0;
  std::size_t name_octets = 0;
  for (const addrinfo *entry = ai; entry != nullptr; entry = entry->ai_next) {
    ++entries;
    if (entry->ai_addr != nullptr) sockaddr_octets += Block::room_for(entry->ai_addrlen);
    if (entry->ai_canonname != nullptr) name_octets += std::strlen(entry->ai_canonname) + 1;
  }
  try {
    Block block(entries, sockaddr_octets, name_octets);
    for (const addrinfo *entry = ai; entry != nullptr; entry = entry->ai_next) {
      block.append(*entry);
      if (entry->ai_canonname != nullptr) block.set_canonical_name(entry->ai_canonname);
    }
    return block.take().release();
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

struct addrinfo *dns_addrinfo_take(const struct addrinfo *ai) {
  if (ai == nullptr) return nullptr;
  // Lists are const only for those who must not change them.
  dns_cares::AddrinfoList *holder = std::exchange(dns_cares::header_of(const_cast<addrinfo *>(ai)).holder, nullptr);
  return holder != nullptr ? holder->release() : nullptr;
}

void dns_addrinfo_free(struct addrinfo *ai) {
  if (ai != nullptr) dns_cares::FreeAddrinfo()(ai);
}
