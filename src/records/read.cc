// What a record says, in the structs of the public header.
#include <algorithm>
#include <cstddef>
#include <cstring>

#include "dns_cares/records.h"
#include "records/layout.h"
#include "records/location.h"

namespace dns_cares {
namespace {

constexpr std::size_t kLargestStruct = sizeof(dns_soa);

template <class Number>
void store(unsigned char *member, std::uint32_t number) {
  const auto narrow = static_cast<Number>(number);
  std::memcpy(member, &narrow, sizeof narrow);
}

void store(unsigned char *member, Octets octets) {
  const dns_octets view = {octets.data(), octets.size()};
  std::memcpy(member, &view, sizeof view);
}

// False if it is nothing that the member can say.
bool store(FieldKind kind, const Value &value, unsigned char *member) {
  switch (kind) {
    case FieldKind::kU8:
      store<std::uint8_t>(member, value.number);
      return true;
    case FieldKind::kU16:
    case FieldKind::kType:
      store<std::uint16_t>(member, value.number);
      return true;
    case FieldKind::kU32:
    case FieldKind::kTime:
      store<std::uint32_t>(member, value.number);
      return true;
    case FieldKind::kAddress4:
    case FieldKind::kAddress6:
      std::memcpy(member, value.octets.data(), value.octets.size());
      return true;
    case FieldKind::kLocation: {
      if (!is_location(value.octets)) return false;
      const dns_loc location = to_location(value.octets);
      std::memcpy(member, &location, sizeof location);
      return true;
    }
    case FieldKind::kName: {
      TextOut text(reinterpret_cast<char *>(member), DNS_NAME_SIZE);
      print_name(value.name, text);
      text.finish();
      return true;
    }
    default:
      store(member, value.octets);
      return true;
  }
}

}  // namespace
}  // namespace dns_cares

int dns_record_read(const struct dns_record *record, int type, void *data, size_t size) {
  using namespace dns_cares;
  if (record->type != type) return DNS_ENODATA;
  const Layout *const layout = find_layout(record->type);
  if (layout == nullptr || layout->struct_size == 0) return DNS_ENODATA;
  alignas(std::max_align_t) unsigned char whole[kLargestStruct] = {};
  Reader reader({record->rdata.data, record->rdata.size});
  bool stored = true;
  const bool well_formed = read_fields(*layout, reader, [&](const Field &field, const Value &value) {
    stored = store(field.kind, value, whole + field.offset) && stored;
  });
  if (!well_formed || !stored) return DNS_EBADRESP;
  std::memcpy(data, whole, std::min(size, layout->struct_size));
  return DNS_OK;
}

int dns_txt_string(const struct dns_txt *txt, size_t index, struct dns_octets *string) {
  using namespace dns_cares;
  Reader reader({txt->strings.data, txt->strings.size});
  Octets found;
  for (size_t i = 0; i <= index; ++i) {
    if (reader.at_end()) return 0;
    found = reader.string();
    if (!reader.ok()) return 0;
  }
  *string = {found.data(), found.size()};
  return 1;
}

int dns_svcb_param(const struct dns_svcb *svcb, size_t index, unsigned *key, struct dns_octets *value) {
  using namespace dns_cares;
  Reader reader({svcb->params.data, svcb->params.size});
  unsigned number = 0;
  Octets found;
  for (size_t i = 0; i <= index; ++i) {
    if (reader.at_end()) return 0;
    number = reader.u16();
    found = reader.take(reader.u16());
    if (!reader.ok()) return 0;
  }
  *key = number;
  *value = {found.data(), found.size()};
  return 1;
}
