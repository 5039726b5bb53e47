// RR types and their names (IANA, Domain Name System Parameters; RFC 3597 section 5 for all others).
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

#include "dns_cares/records.h"
#include "records/text_out.h"

namespace dns_cares {
namespace {

constexpr int kMostType = 65535;
constexpr std::string_view kGeneric = "TYPE";

struct Type {
  int number;
  const char *name;
};

constexpr Type kTypes[] = {
    {1, "A"},          {2, "NS"},        {3, "MD"},          {4, "MF"},     {5, "CNAME"},     {6, "SOA"},
    {7, "MB"},         {8, "MG"},        {9, "MR"},          {10, "NULL"},  {11, "WKS"},      {12, "PTR"},
    {13, "HINFO"},     {14, "MINFO"},    {15, "MX"},         {16, "TXT"},   {17, "RP"},       {18, "AFSDB"},
    {19, "X25"},       {20, "ISDN"},     {21, "RT"},         {22, "NSAP"},  {23, "NSAP-PTR"}, {24, "SIG"},
    {25, "KEY"},       {26, "PX"},       {27, "GPOS"},       {28, "AAAA"},  {29, "LOC"},      {30, "NXT"},
    {31, "EID"},       {32, "NIMLOC"},   {33, "SRV"},        {34, "ATMA"},  {35, "NAPTR"},    {36, "KX"},
    {37, "CERT"},      {38, "A6"},       {39, "DNAME"},      {40, "SINK"},  {41, "OPT"},      {42, "APL"},
    {43, "DS"},        {44, "SSHFP"},    {45, "IPSECKEY"},   {46, "RRSIG"}, {47, "NSEC"},     {48, "DNSKEY"},
    {49, "DHCID"},     {50, "NSEC3"},    {51, "NSEC3PARAM"}, {52, "TLSA"},  {53, "SMIMEA"},   {55, "HIP"},
    {56, "NINFO"},     {57, "RKEY"},     {58, "TALINK"},     {59, "CDS"},   {60, "CDNSKEY"},  {61, "OPENPGPKEY"},
    {62, "CSYNC"},     {63, "ZONEMD"},   {64, "SVCB"},       {65, "HTTPS"}, {66, "DSYNC"},    {99, "SPF"},
    {104, "NID"},      {105, "L32"},     {106, "L64"},       {107, "LP"},   {108, "EUI48"},   {109, "EUI64"},
    {128, "NXNAME"},   {249, "TKEY"},    {250, "TSIG"},      {251, "IXFR"}, {252, "AXFR"},    {253, "MAILB"},
    {254, "MAILA"},    {255, "ANY"},     {256, "URI"},       {257, "CAA"},  {258, "AVC"},     {259, "DOA"},
    {260, "AMTRELAY"}, {261, "RESINFO"}, {262, "WALLET"},    {32768, "TA"}, {32769, "DLV"},
};
static_assert(std::is_sorted(std::begin(kTypes), std::end(kTypes),
                             [](const Type &a, const Type &b) { return a.number < b.number; }));

const Type *find_type(int number) {
  const Type *const found = std::lower_bound(std::begin(kTypes), std::end(kTypes), number,
                                             [](const Type &type, int wanted) { return type.number < wanted; });
  return found != std::end(kTypes) && found->number == number ? found : nullptr;
}

int read_generic(std::string_view name) {
  if (name.size() <= kGeneric.size() || strncasecmp(name.data(), kGeneric.data(), kGeneric.size()) != 0) return -1;
  name.remove_prefix(kGeneric.size());
  unsigned number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number > kMostType) return -1;
  return static_cast<int>(number);
}

}  // namespace

void print_type(unsigned type, TextOut &out) {
  if (const Type *known = find_type(static_cast<int>(type))) return out.put(known->name);
  out.put(kGeneric);
  out.number(type);
}

}  // namespace dns_cares

int dns_type_from_name(const char *name) {
  using namespace dns_cares;
  if (name == nullptr) return -1;
  for (const Type &type : kTypes) {
    if (strcasecmp(type.name, name) == 0) return type.number;
  }
  return read_generic(name);
}

int dns_type_name(int type, char *text, size_t size) {
  using namespace dns_cares;
  if (type < 0 || type > kMostType) return -1;
  TextOut out(text, size);
  print_type(static_cast<unsigned>(type), out);
  return out.finish();
}
