#include "records/answer.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <vector>

#include "records/layout.h"
#include "records/message.h"

namespace dns_cares {
namespace {

constexpr unsigned kFlags =
    DNS_ANSWER_AA | DNS_ANSWER_TC | DNS_ANSWER_RD | DNS_ANSWER_RA | DNS_ANSWER_AD | DNS_ANSWER_CD;

constexpr std::uint16_t kInternet = 1;

// In front of everything else, in one block.
struct Block {
  dns_answer answer;
  std::size_t size;  // of the block
};

// Where one record's parts are behind all the records.
struct Parts {
  RecordMessage::Record record;
  std::size_t owner;
  std::size_t data;
  std::size_t data_size;
};

// What is to be in the block, collected in memory that is used again for each.
struct Draft {
  std::vector<unsigned char> texts;  // names with their NULs, and data
  std::vector<Parts> records;
  std::size_t counts[3];

  void clear() {
    texts.clear();
    records.clear();
  }
  std::size_t add(Octets octets) {
    const std::size_t place = texts.size();
    texts.insert(texts.end(), octets.begin(), octets.end());
    return place;
  }
  std::size_t add(const WireName &name) {
    char text[DNS_NAME_SIZE];
    TextOut out(text, sizeof text);
    print_name(name, out);
    const auto length = static_cast<std::size_t>(out.finish());
    return add(Octets(reinterpret_cast<const unsigned char *>(text), length + 1));
  }
  void add_data(const RecordMessage &message, const RecordMessage::Record &record) {
    Reader reader = message.data(record);
    const Layout *const layout = find_layout(record.type);
    if (layout == nullptr || record.rrclass != kInternet) {
      add(reader.rest());
      return;
    }
    Value value;
    for (const Field &field : layout->fields) {
      const std::size_t begin = reader.place();
      read_field(reader, field.kind, value);
      add(field.kind == FieldKind::kName ? value.name.octets()
                                         : message.octets().subspan(begin, reader.place() - begin));
    }
  }
};

// The owner of the record before is often this one's too.
std::size_t add_owner(Draft &draft, const RecordMessage &message, const RecordMessage::Record &record) {
  if (!draft.records.empty()) {
    const Parts &before = draft.records.back();
    const WireName owner = message.owner(record);
    if (std::ranges::equal(owner.octets(), message.owner(before.record).octets())) return before.owner;
  }
  return draft.add(message.owner(record));
}

void add_section(Draft &draft, const RecordMessage &message, MessageSection section) {
  const auto records = message.section(section);
  draft.counts[static_cast<std::size_t>(section)] = records.size();
  for (const auto &record : records) {
    const std::size_t owner = add_owner(draft, message, record);
    const std::size_t data = draft.texts.size();
    draft.add_data(message, record);
    draft.records.push_back({record, owner, data, draft.texts.size() - data});
  }
}

std::uint32_t minus(std::uint32_t ttl, std::uint32_t age) { return ttl > age ? ttl - age : 0; }

void write_records(const Draft &draft, dns_record *records, const unsigned char *texts, std::uint32_t age) {
  for (std::size_t i = 0; i < draft.records.size(); ++i) {
    const Parts &parts = draft.records[i];
    records[i] = {.next = nullptr,
                  .name = reinterpret_cast<const char *>(texts + parts.owner),
                  .type = parts.record.type,
                  .rrclass = parts.record.rrclass,
                  .ttl = minus(parts.record.ttl, age),
                  .rdata = {texts + parts.data, parts.data_size}};
  }
}

// Links the next `count` records; the first of them, or nullptr.
const dns_record *link(dns_record *&records, std::size_t count) {
  if (count == 0) return nullptr;
  dns_record *const first = records;
  for (std::size_t i = 0; i + 1 < count; ++i) records[i].next = &records[i + 1];
  records += count;
  return first;
}

Block *allocate(std::size_t size) {
  auto *block = static_cast<Block *>(std::malloc(size));
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

AnswerBlock make_answer(Octets octets, std::uint16_t type, std::uint32_t ttl) {
  static thread_local RecordMessage message;
  static thread_local Draft draft;
  ReplySummary summary;
  if (!message.parse(octets) || !summarize(message, summary)) return nullptr;
  draft.clear();
  const std::size_t name = draft.add(message.name());
  const bool is_canonical = same_name(message.name(), summary.canonical_name);
  const std::size_t canonical_name = is_canonical ? name : draft.add(summary.canonical_name);
  for (const auto section : {MessageSection::kAnswer, MessageSection::kAuthority, MessageSection::kAdditional}) {
    add_section(draft, message, section);
  }

  const std::size_t before_texts = sizeof(Block) + draft.records.size() * sizeof(dns_record);
  Block *const block = allocate(before_texts + draft.texts.size());
  block->size = before_texts + draft.texts.size();
  auto *const records = reinterpret_cast<dns_record *>(block + 1);
  auto *const texts = reinterpret_cast<unsigned char *>(block) + before_texts;
  std::copy(draft.texts.begin(), draft.texts.end(), texts);
  write_records(draft, records, texts, minus(summary.ttl, ttl));
  dns_record *next = records;
  block->answer = {.name = reinterpret_cast<const char *>(texts + name),
                   .canonical_name = reinterpret_cast<const char *>(texts + canonical_name),
                   .type = type,
                   .rcode = message.rcode(),
                   .flags = message.flags() & kFlags,
                   .ttl = ttl,
                   .answers = link(next, draft.counts[0]),
                   .authority = link(next, draft.counts[1]),
                   .additional = link(next, draft.counts[2])};
  return AnswerBlock(&block->answer);
}

AnswerBlock make_own_answer(std::string_view name, std::uint16_t type, std::uint16_t rcode, Octets data,
                            std::uint32_t ttl) {
  constexpr std::size_t kHeader = 12;
  constexpr std::uint16_t kResponse = 0x8000;
  std::vector<unsigned char> message;
  const auto append = [&](Octets octets) { message.insert(message.end(), octets.begin(), octets.end()); };
  const auto append_number = [&](std::size_t number) {
    message.push_back(static_cast<unsigned char>(number >> 8));
    message.push_back(static_cast<unsigned char>(number));
  };
  for (const int number : {0, kResponse | rcode, 1, data.empty() ? 0 : 1, 0, 0}) {
    append_number(static_cast<std::size_t>(number));
  }
  append(to_wire_name(name).octets());
  append_number(type);
  append_number(kInternet);
  if (!data.empty()) {
    append_number(0xc000 | kHeader);  // The owner is the name at the end of the header (RFC 1035 section 4.1.4).
    for (const std::size_t number :
         {std::size_t{type}, std::size_t{kInternet}, std::size_t{0}, std::size_t{ttl}, data.size()}) {
      append_number(number);
    }
    append(data);
  }
  return make_answer(message, type, ttl);
}

}  // namespace dns_cares

namespace {

// What a pointer into one block is in its copy.
template <class T>
void relocate(const T *&pointer, const void *from, void *to) {
  if (pointer == nullptr) return;
  const auto offset = reinterpret_cast<const char *>(pointer) - static_cast<const char *>(from);
  pointer = reinterpret_cast<const T *>(static_cast<char *>(to) + offset);
}

void relocate_records(const dns_record *&first, const void *from, void *to) {
  relocate(first, from, to);
  for (auto *record = const_cast<dns_record *>(first); record != nullptr;
       record = const_cast<dns_record *>(record->next)) {
    relocate(record->next, from, to);
    relocate(record->name, from, to);
    relocate(record->rdata.data, from, to);
  }
}

}  // namespace

struct dns_answer *dns_answer_dup(const struct dns_answer *answer) {
  using dns_cares::Block;
  if (answer == nullptr) return nullptr;
  const auto *const from = reinterpret_cast<const Block *>(answer);
  auto *const to = static_cast<Block *>(std::malloc(from->size));
  if (to == nullptr) return nullptr;
  std::memcpy(static_cast<void *>(to), from, from->size);
  relocate(to->answer.name, from, to);
  relocate(to->answer.canonical_name, from, to);
  relocate_records(to->answer.answers, from, to);
  relocate_records(to->answer.authority, from, to);
  relocate_records(to->answer.additional, from, to);
  return &to->answer;
}

void dns_answer_free(struct dns_answer *answer) { std::free(answer); }
