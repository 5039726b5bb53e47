#include "service/offers.h"

#include <string_view>

namespace dns_cares {
namespace {

// Equal ones are then in a random order; RFC 9460 section 2.4.1 knows no weights. The greater, the less does it count
// that RFC 2782 draws from one number too many.
constexpr std::uint16_t kSameWeight = UINT16_MAX;

constexpr std::string_view kRoot = ".";

class Reader {
 public:
  Reader(int type, std::uint16_t default_port) : type_(type), default_port_(default_port) {}

  void read(const dns_record &record) {
    if (record.type != type_) return;
    if (type_ == DNS_TYPE_SRV) {
      read_srv(record);
    } else {
      read_svcb(record);
    }
  }

  Offers take(const RandomUpTo &random) {
    if (!aliases_.empty()) {
      const std::string &alias = aliases_[random(static_cast<std::uint32_t>(aliases_.size() - 1))];
      return {alias != kRoot ? alias : "", {}};
    }
    Offers result;
    for (const std::size_t place : srv_order(ranks_, random)) result.list.push_back(std::move(offers_[place]));
    return result;
  }

 private:
  void read_srv(const dns_record &record) {
    dns_srv srv;
    if (dns_record_srv(&record, &srv) != DNS_OK || srv.target == kRoot) return;
    ranks_.push_back({srv.priority, srv.weight});
    offers_.push_back({srv.target, srv.port, &record});
  }

  void read_svcb(const dns_record &record) {
    dns_svcb svcb;
    if (dns_record_read(&record, type_, &svcb, sizeof svcb) != DNS_OK) return;
    if (svcb.priority == 0) {
      aliases_.emplace_back(svcb.target);
      return;
    }
    ranks_.push_back({svcb.priority, kSameWeight});
    offers_.push_back({svcb.target != kRoot ? svcb.target : record.name, port_of(svcb), &record});
  }

  std::uint16_t port_of(const dns_svcb &svcb) const {
    unsigned key;
    dns_octets value;
    for (std::size_t i = 0; dns_svcb_param(&svcb, i, &key, &value) != 0; ++i) {
      if (key == DNS_SVC_PORT && value.size == 2) return static_cast<std::uint16_t>(value.data[0] << 8 | value.data[1]);
    }
    return default_port_;
  }

  const int type_;
  const std::uint16_t default_port_;
  std::vector<std::string> aliases_;
  std::vector<SrvRank> ranks_;
  std::vector<Offer> offers_;
};

}  // namespace

// Beside an alias, what else there is does not count (RFC 9460 section 2.4.2).
Offers offers_in(const dns_answer &answer, int type, std::uint16_t default_port, const RandomUpTo &random) {
  Reader reader(type, default_port);
  for (const dns_record *record = answer.answers; record != nullptr; record = record->next) reader.read(*record);
  return reader.take(random);
}

}  // namespace dns_cares
