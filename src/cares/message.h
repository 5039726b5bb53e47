// One way to read a DNS reply, over either form in which c-ares gives it.
//
// A Message has rcode(), count(section) and read(section, index, record). The texts of a Record are
// valid until the next read().
#pragma once

#include <ares.h>
#include <arpa/nameser.h>
#include <netinet/in.h>

#include <cstdint>
#include <cstring>

#include "cares/decode.h"
#include "resolver/address.h"

namespace dns_cares {

enum class Section { kAnswer, kAuthority };

struct Record {
  const char *owner;  // presentation format, as all names here
  unsigned type;
  std::uint32_t ttl;             // seconds
  const char *target = nullptr;  // of a CNAME
  Address address{};             // of an A or AAAA
  std::uint32_t minimum = 0;     // of a SOA
};

#if DNS_CARES_HAS_DNSREC

class Message {
 public:
  explicit Message(const ares_dns_record_t &message) : message_(message) {}

  unsigned rcode() const { return static_cast<unsigned>(ares_dns_record_get_rcode(&message_)); }
  std::size_t count(Section section) const { return ares_dns_record_rr_cnt(&message_, native(section)); }

  bool read(Section section, std::size_t index, Record &record) const {
    const ares_dns_rr_t *rr = ares_dns_record_rr_get_const(&message_, native(section), index);
    if (rr == nullptr || ares_dns_rr_get_class(rr) != ARES_CLASS_IN) return false;
    record.owner = ares_dns_rr_get_name(rr);
    record.type = static_cast<unsigned>(ares_dns_rr_get_type(rr));
    record.ttl = ares_dns_rr_get_ttl(rr);
    switch (record.type) {
      case ARES_REC_TYPE_A:
        return set_address(record, ares_dns_rr_get_addr(rr, ARES_RR_A_ADDR), Address::v4);
      case ARES_REC_TYPE_AAAA:
        return set_address(record, ares_dns_rr_get_addr6(rr, ARES_RR_AAAA_ADDR), v6);
      case ARES_REC_TYPE_CNAME:
        record.target = ares_dns_rr_get_str(rr, ARES_RR_CNAME_CNAME);
        return record.target != nullptr;
      case ARES_REC_TYPE_SOA:
        record.minimum = ares_dns_rr_get_u32(rr, ARES_RR_SOA_MINIMUM);
        return true;
      default:
        return true;
    }
  }

 private:
  static ares_dns_section_t native(Section section) {
    return section == Section::kAnswer ? ARES_SECTION_ANSWER : ARES_SECTION_AUTHORITY;
  }
  static Address v6(const ares_in6_addr &address) {
    in6_addr octets;
    std::memcpy(&octets, &address, sizeof octets);
    return Address::v6(octets);
  }
  template <class Octets, class Make>
  static bool set_address(Record &record, const Octets *octets, Make make) {
    if (octets == nullptr) return false;
    record.address = make(*octets);
    return true;
  }

  const ares_dns_record_t &message_;
};

#else

class Message {
 public:
  explicit Message(const ns_msg &message) : handle_(message) {}

  // With the upper bits that the OPT record has (RFC 6891 section 6.1.3). Only a reply without answers needs them.
  unsigned rcode() {
    const auto lower = static_cast<unsigned>(ns_msg_getflag(handle_, ns_f_rcode));
    if (count(Section::kAnswer) > 0) return lower;
    for (int i = 0; i < ns_msg_count(handle_, ns_s_ar); ++i) {
      if (ns_parserr(&handle_, ns_s_ar, i, &rr_) != 0) break;
      if (ns_rr_type(rr_) == ns_t_opt) return lower | (ns_rr_ttl(rr_) >> 24) << 4;
    }
    return lower;
  }
  std::size_t count(Section section) const { return ns_msg_count(handle_, native(section)); }

  bool read(Section section, std::size_t index, Record &record) {
    if (ns_parserr(&handle_, native(section), static_cast<int>(index), &rr_) != 0) return false;
    if (ns_rr_class(rr_) != ns_c_in) return false;
    record.owner = ns_rr_name(rr_);
    record.type = ns_rr_type(rr_);
    record.ttl = ns_rr_ttl(rr_);
    switch (record.type) {
      case ns_t_a:
        if (ns_rr_rdlen(rr_) < NS_INADDRSZ) return false;
        record.address = read_address<in_addr>(Address::v4);
        return true;
      case ns_t_aaaa:
        if (ns_rr_rdlen(rr_) < NS_IN6ADDRSZ) return false;
        record.address = read_address<in6_addr>([](const in6_addr &address) { return Address::v6(address); });
        return true;
      case ns_t_cname:
        record.target = target_;
        return is_within(expand(ns_rr_rdata(rr_), target_), ns_rr_rdlen(rr_));
      case ns_t_soa:
        return read_minimum(record);
      default:
        return true;
    }
  }

 private:
  static ns_sect native(Section section) { return section == Section::kAnswer ? ns_s_an : ns_s_ns; }

  template <class Octets, class Make>
  Address read_address(Make make) const {
    Octets octets;
    std::memcpy(&octets, ns_rr_rdata(rr_), sizeof octets);
    return make(octets);
  }

  // What is behind a name or an address in its record's data is passed over, as c-ares does.
  static bool is_within(int length, int limit) { return length >= 0 && length <= limit; }

  // The length of the name at `name` in the message, or -1.
  int expand(const unsigned char *name, char (&text)[NS_MAXDNAME]) const {
    return ns_name_uncompress(ns_msg_base(handle_), ns_msg_end(handle_), name, text, sizeof text);
  }

  // A SOA's data end with two names and five numbers, the last of them the minimum (RFC 1035 section 3.3.13).
  bool read_minimum(Record &record) {
    constexpr int kNumbers = 5 * NS_INT32SZ;
    const unsigned char *data = ns_rr_rdata(rr_);
    const unsigned char *end = data + ns_rr_rdlen(rr_);
    for (int name = 0; name < 2; ++name) {
      const int length = expand(data, target_);
      if (length < 0 || length > end - data) return false;
      data += length;
    }
    if (end - data != kNumbers) return false;
    record.minimum = static_cast<std::uint32_t>(ns_get32(end - NS_INT32SZ));
    return true;
  }

  ns_msg handle_;
  ns_rr rr_;
  char target_[NS_MAXDNAME];
};

#endif

}  // namespace dns_cares
