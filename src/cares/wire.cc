#include "cares/wire.h"

#include <cstddef>

namespace dns_cares {
namespace {

constexpr unsigned kExtendedError = 15;  // the option's code
constexpr std::size_t kNumber = 2;       // octets

using Octets = std::span<const unsigned char>;

unsigned number_at(Octets octets, std::size_t place) {
  return static_cast<unsigned>(octets[place]) << 8 | octets[place + 1];
}

ExtendedError read_option(Octets data) {
  if (data.size() < kNumber) return {};
  const Octets text = data.subspan(kNumber);
  return {static_cast<int>(number_at(data, 0)), std::string(text.begin(), text.end())};
}

}  // namespace

bool parse_message(Octets octets, ns_msg &parsed) noexcept {
  if (ns_initparse(octets.data(), static_cast<int>(octets.size()), &parsed) != 0) return false;
#if DNS_CARES_HAS_DNSREC
  ares_dns_record_t *record = nullptr;
  const ares_status_t status = ares_dns_parse(octets.data(), octets.size(), 0, &record);
  ares_dns_record_destroy(record);
  return status == ARES_SUCCESS || status == ARES_ENOMEM;
#else
  return true;
#endif
}

// Options follow each other as code, length and data (RFC 6891 section 6.1.2).
ExtendedError read_extended_error(Octets options) {
  while (options.size() >= 2 * kNumber) {
    const unsigned code = number_at(options, 0);
    const std::size_t length = number_at(options, kNumber);
    options = options.subspan(2 * kNumber);
    if (length > options.size()) return {};
    if (code == kExtendedError) return read_option(options.first(length));
    options = options.subspan(length);
  }
  return {};
}

ExtendedError read_extended_error(ns_msg message) {
  ns_rr rr;
  for (int i = 0; i < ns_msg_count(message, ns_s_ar); ++i) {
    if (ns_parserr(&message, ns_s_ar, i, &rr) != 0) return {};
    if (ns_rr_type(rr) == ns_t_opt) return read_extended_error(Octets(ns_rr_rdata(rr), ns_rr_rdlen(rr)));
  }
  return {};
}

#if DNS_CARES_HAS_DNSREC
ExtendedError read_extended_error(const ares_dns_record_t &message) {
  const std::size_t count = ares_dns_record_rr_cnt(&message, ARES_SECTION_ADDITIONAL);
  for (std::size_t i = 0; i < count; ++i) {
    const ares_dns_rr_t *rr = ares_dns_record_rr_get_const(&message, ARES_SECTION_ADDITIONAL, i);
    if (ares_dns_rr_get_type(rr) != ARES_REC_TYPE_OPT) continue;
    const unsigned char *data = nullptr;
    std::size_t length = 0;
    if (!ares_dns_rr_get_opt_byid(rr, ARES_RR_OPT_OPTIONS, kExtendedError, &data, &length)) return {};
    return read_option({data, length});
  }
  return {};
}
#endif

QuestionText read_question(Octets octets) {
  ns_msg handle;
  ns_rr rr;
  if (ns_initparse(octets.data(), static_cast<int>(octets.size()), &handle) != 0) return {};
  if (ns_msg_count(handle, ns_s_qd) < 1 || ns_parserr(&handle, ns_s_qd, 0, &rr) != 0) return {};
  return {ns_rr_name(rr), static_cast<RRType>(ns_rr_type(rr))};
}

}  // namespace dns_cares
