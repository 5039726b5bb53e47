#include "records/layout.h"

#include <algorithm>
#include <iterator>

#include "dns_cares/records.h"

namespace dns_cares {
namespace {

using enum FieldKind;

constexpr std::size_t kLocationOctets = 16;

constexpr Field kA[] = {{kAddress4, offsetof(dns_a, address)}};
constexpr Field kAaaa[] = {{kAddress6, offsetof(dns_aaaa, address)}};
constexpr Field kTarget[] = {{kName, offsetof(dns_target, name)}};
constexpr Field kSoa[] = {{kName, offsetof(dns_soa, mname)}, {kName, offsetof(dns_soa, rname)},
                          {kU32, offsetof(dns_soa, serial)}, {kU32, offsetof(dns_soa, refresh)},
                          {kU32, offsetof(dns_soa, retry)},  {kU32, offsetof(dns_soa, expire)},
                          {kU32, offsetof(dns_soa, minimum)}};
constexpr Field kHinfo[] = {{kString, offsetof(dns_hinfo, cpu)}, {kString, offsetof(dns_hinfo, os)}};
constexpr Field kMx[] = {{kU16, offsetof(dns_mx, preference)}, {kName, offsetof(dns_mx, exchange)}};
constexpr Field kTxt[] = {{kStrings, offsetof(dns_txt, strings)}};
constexpr Field kLoc[] = {{kLocation}};
constexpr Field kSrv[] = {{kU16, offsetof(dns_srv, priority)},
                          {kU16, offsetof(dns_srv, weight)},
                          {kU16, offsetof(dns_srv, port)},
                          {kName, offsetof(dns_srv, target)}};
constexpr Field kNaptr[] = {{kU16, offsetof(dns_naptr, order)},     {kU16, offsetof(dns_naptr, preference)},
                            {kString, offsetof(dns_naptr, flags)},  {kString, offsetof(dns_naptr, services)},
                            {kString, offsetof(dns_naptr, regexp)}, {kName, offsetof(dns_naptr, replacement)}};
constexpr Field kDs[] = {{kU16, offsetof(dns_ds, key_tag)},
                         {kU8, offsetof(dns_ds, algorithm)},
                         {kU8, offsetof(dns_ds, digest_type)},
                         {kHex, offsetof(dns_ds, digest)}};
constexpr Field kSshfp[] = {{kU8, offsetof(dns_sshfp, algorithm)},
                            {kU8, offsetof(dns_sshfp, fingerprint_type)},
                            {kHex, offsetof(dns_sshfp, fingerprint)}};
constexpr Field kDnskey[] = {{kU16, offsetof(dns_dnskey, flags)},
                             {kU8, offsetof(dns_dnskey, protocol)},
                             {kU8, offsetof(dns_dnskey, algorithm)},
                             {kBase64, offsetof(dns_dnskey, public_key)}};
constexpr Field kTlsa[] = {{kU8, offsetof(dns_tlsa, usage)},
                           {kU8, offsetof(dns_tlsa, selector)},
                           {kU8, offsetof(dns_tlsa, matching_type)},
                           {kHex, offsetof(dns_tlsa, data)}};
constexpr Field kSvcb[] = {
    {kU16, offsetof(dns_svcb, priority)}, {kName, offsetof(dns_svcb, target)}, {kParams, offsetof(dns_svcb, params)}};
constexpr Field kUri[] = {
    {kU16, offsetof(dns_uri, priority)}, {kU16, offsetof(dns_uri, weight)}, {kQuoted, offsetof(dns_uri, target)}};
constexpr Field kCaa[] = {
    {kU8, offsetof(dns_caa, flags)}, {kTag, offsetof(dns_caa, tag)}, {kQuoted, offsetof(dns_caa, value)}};

// Without a struct of their own. Those of RFC 1035 and the next few may have compressed names (RFC 3597 section 4), so
// they cannot be left as they are.
constexpr Field kOneName[] = {{kName}};
constexpr Field kTwoNames[] = {{kName}, {kName}};
constexpr Field kNumberAndName[] = {{kU16}, {kName}};
constexpr Field kNumberAndTwoNames[] = {{kU16}, {kName}, {kName}};
constexpr Field kSignature[] = {{kType}, {kU8}, {kU8}, {kU32}, {kTime}, {kTime}, {kU16}, {kName}, {kBase64}};
constexpr Field kNsec[] = {{kName}, {kTypes}};
constexpr Field kKey[] = {{kBase64}};
constexpr Field kDigest[] = {{kU32}, {kU8}, {kU8}, {kHex}};

constexpr Layout kLayouts[] = {
    {DNS_TYPE_A, sizeof(dns_a), kA},
    {DNS_TYPE_NS, sizeof(dns_target), kTarget},
    {3, 0, kOneName},  // MD
    {4, 0, kOneName},  // MF
    {DNS_TYPE_CNAME, sizeof(dns_target), kTarget},
    {DNS_TYPE_SOA, sizeof(dns_soa), kSoa},
    {7, 0, kOneName},  // MB
    {8, 0, kOneName},  // MG
    {9, 0, kOneName},  // MR
    {DNS_TYPE_PTR, sizeof(dns_target), kTarget},
    {DNS_TYPE_HINFO, sizeof(dns_hinfo), kHinfo},
    {14, 0, kTwoNames},  // MINFO
    {DNS_TYPE_MX, sizeof(dns_mx), kMx},
    {DNS_TYPE_TXT, sizeof(dns_txt), kTxt},
    {17, 0, kTwoNames},           // RP
    {18, 0, kNumberAndName},      // AFSDB
    {21, 0, kNumberAndName},      // RT
    {24, 0, kSignature},          // SIG
    {26, 0, kNumberAndTwoNames},  // PX
    {DNS_TYPE_AAAA, sizeof(dns_aaaa), kAaaa},
    {DNS_TYPE_LOC, sizeof(dns_loc), kLoc},
    {DNS_TYPE_SRV, sizeof(dns_srv), kSrv},
    {DNS_TYPE_NAPTR, sizeof(dns_naptr), kNaptr},
    {36, 0, kNumberAndName},  // KX
    {DNS_TYPE_DNAME, sizeof(dns_target), kTarget},
    {DNS_TYPE_DS, sizeof(dns_ds), kDs},
    {DNS_TYPE_SSHFP, sizeof(dns_sshfp), kSshfp},
    {46, 0, kSignature},  // RRSIG
    {47, 0, kNsec},       // NSEC
    {DNS_TYPE_DNSKEY, sizeof(dns_dnskey), kDnskey},
    {DNS_TYPE_TLSA, sizeof(dns_tlsa), kTlsa},
    {53, 0, kTlsa},    // SMIMEA
    {59, 0, kDs},      // CDS
    {60, 0, kDnskey},  // CDNSKEY
    {61, 0, kKey},     // OPENPGPKEY
    {63, 0, kDigest},  // ZONEMD
    {DNS_TYPE_SVCB, sizeof(dns_svcb), kSvcb},
    {DNS_TYPE_HTTPS, sizeof(dns_svcb), kSvcb},
    {99, 0, kTxt},  // SPF
    {DNS_TYPE_URI, sizeof(dns_uri), kUri},
    {DNS_TYPE_CAA, sizeof(dns_caa), kCaa},
};
static_assert(std::is_sorted(std::begin(kLayouts), std::end(kLayouts),
                             [](const Layout &a, const Layout &b) { return a.type < b.type; }));

bool read_number(Reader &reader, std::uint32_t number, Value &value) {
  value.number = number;
  return reader.ok();
}

bool read_octets(Reader &reader, Octets octets, Value &value) {
  value.octets = octets;
  return reader.ok();
}

bool are_strings(Octets octets) {
  Reader reader(octets);
  do {
    reader.string();
  } while (reader.ok() && !reader.at_end());
  return reader.ok();
}

// Keys strictly go up (RFC 9460 section 2.2).
bool are_params(Octets octets) {
  int last_key = -1;
  for (Reader reader(octets); !reader.at_end();) {
    const int key = reader.u16();
    reader.take(reader.u16());
    if (!reader.ok() || key <= last_key) return false;
    last_key = key;
  }
  return true;
}

// Windows strictly go up, and have 1 to 32 octets each.
bool are_types(Octets octets) {
  int last_window = -1;
  for (Reader reader(octets); !reader.at_end();) {
    const int window = reader.u8();
    const std::size_t length = reader.u8();
    reader.take(length);
    if (!reader.ok() || window <= last_window || length == 0 || length > 32) return false;
    last_window = window;
  }
  return true;
}

}  // namespace

const Layout *find_layout(unsigned type) {
  const Layout *const found =
      std::lower_bound(std::begin(kLayouts), std::end(kLayouts), type,
                       [](const Layout &layout, unsigned wanted) { return layout.type < wanted; });
  return found != std::end(kLayouts) && found->type == type ? found : nullptr;
}

bool read_field(Reader &reader, FieldKind kind, Value &value) {
  switch (kind) {
    case kU8:
      return read_number(reader, reader.u8(), value);
    case kU16:
    case kType:
      return read_number(reader, reader.u16(), value);
    case kU32:
    case kTime:
      return read_number(reader, reader.u32(), value);
    case kAddress4:
      return read_octets(reader, reader.take(sizeof(in_addr)), value);
    case kAddress6:
      return read_octets(reader, reader.take(sizeof(in6_addr)), value);
    case kLocation:
      return read_octets(reader, reader.take(kLocationOctets), value);
    case kName:
      return reader.name(value.name);
    case kString:
    case kTag:
      return read_octets(reader, reader.string(), value);
    case kStrings:
      return read_octets(reader, reader.rest(), value) && are_strings(value.octets);
    case kParams:
      return read_octets(reader, reader.rest(), value) && are_params(value.octets);
    case kTypes:
      return read_octets(reader, reader.rest(), value) && are_types(value.octets);
    case kQuoted:
    case kHex:
    case kBase64:
      return read_octets(reader, reader.rest(), value);
  }
  return false;
}

}  // namespace dns_cares
