// Which source addresses the machine would use: the kernel is asked, and its answers are remembered for a short time.
//
// The kernel is asked by connecting a UDP socket and looking at its own name. Nothing is sent.
//
// What is remembered counts for a block of destinations: 24 bits of IPv4, 64 bits of IPv6. That is only right if the
// kernel does the same for all of the block, so where it may not, each address is remembered by itself:
//  - in blocks in which there is a route or rule for a longer prefix. The machine's own addresses are such routes, too,
//    and so are the broadcast addresses of its links;
//  - everywhere, if a route goes over several hops, or if there are too many routes to look at, or they cannot be read.
// Wider blocks of IPv4 would hold more such routes, and 48 bits of IPv6 would be wrong: among several addresses of an
// interface the kernel takes the one that has most in common with the destination, and looks at 64 bits for that.
//
// Thread rule: none of its own; all calls in one thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "network/netlink.h"
#include "resolver/order.h"

namespace dns_cares {

// What Sources asks; each call costs system calls. Tests have another one.
class Kernel {
 public:
  struct Choice {
    bool known;                     // false: it could not be asked, for want of a descriptor or of memory
    std::optional<Address> source;  // nothing: the destination cannot be reached
  };

  virtual ~Kernel() = default;
  // For any destination but a mapped one.
  virtual Choice choose_source(const Address &destination) noexcept;
  // As the functions of netlink.h.
  virtual std::optional<std::vector<OwnAddress>> own_addresses() { return read_own_addresses(); }
  virtual std::optional<FineRoutes> fine_routes(int family, unsigned prefix_length) {
    return read_fine_routes(family, prefix_length);
  }
};

class Sources final : public SourceFinder {
 public:
  static constexpr double kShortTime = 5;             // seconds
  static constexpr std::size_t kMost = 4096;          // answers that are remembered, each about 120 octets
  static constexpr unsigned kBlockBits[] = {24, 64};  // of IPv4 and of IPv6

  // The kernel must outlive the object.
  explicit Sources(Kernel &kernel) : kernel_(kernel) {}

  // Addresses or routes have changed, or the watch for changes has begun or ended: forgets everything. While `watched`,
  // the machine's addresses and routes are read again after the next changed() only, else after the short time.
  void changed(bool watched) noexcept;

  // No lack of memory makes a difference but that less is remembered.
  std::optional<Source> source_for(const Address &destination, double now) noexcept override;
  // As glibc: 127.0.0.1 and ::1 are the only addresses that do not count; link-local ones do.
  bool has_address(int family, double now) noexcept override;

  // How many answers are remembered, outdated ones included.
  std::size_t remembered() const { return remembered_.size(); }

 private:
  // A block of destinations, or one destination.
  struct Block {
    int family;
    unsigned bits;
    std::uint32_t scope_id;
    std::array<unsigned char, 16> octets;
    auto operator<=>(const Block &) const = default;
  };
  struct Answer {
    std::optional<Source> source;
    double until;
  };
  // What is known of one family.
  struct Family {
    bool has_address = true;
    bool one_by_one = true;             // no block is remembered as one
    std::set<Block> one_by_one_within;  // the blocks that are not
  };

  static Block block_of(const Address &destination, unsigned bits);
  Block block_of(const Address &destination) const;
  Family &family_of(int family) { return families_[family == AF_INET6]; }
  const Family &family_of(int family) const { return families_[family == AF_INET6]; }

  void refresh(double now) noexcept;
  bool read_addresses();
  bool read_routes(int family);
  Source describe(const Address &address) const;
  void remember(const Block &block, const std::optional<Source> &source, double now) noexcept;

  Kernel &kernel_;
  bool watched_ = false;
  double facts_until_ = -std::numeric_limits<double>::infinity();
  std::vector<OwnAddress> addresses_;
  std::array<Family, 2> families_;
  std::map<Block, Answer> remembered_;
};

}  // namespace dns_cares
