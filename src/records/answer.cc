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
  static constexpr std::size_t kMostKept = std::size_t{256} << 10;

  std::vector<unsigned char> texts;  // names with their NULs, and data
  std::vector<Parts> records;
  std::size_t counts[3];
  std::size_t name_place, canonical_place;  // of what was asked for and the end of the chain, in texts

  // What a hostile reply has made large is given back.
  void clear() {
    if (texts.capacity() > kMostKept) texts = {};
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
    const WireName owner = message.name_at(record.owner);
    if (std::ranges::equal(owner.octets(), message.name_at(before.record.owner).octets())) return before.owner;
  }
  return draft.add(message.name_at(record.owner));
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
  auto *block = static_cast<Block *>(::operator new(size));
  block->size = size;
  return block;
}

// All that is behind the records, and where.
void collect(const RecordMessage &message, std::size_t canonical_name, Draft &draft) {
  draft.clear();
  draft.name_place = draft.canonical_place = draft.add(message.name_at(message.name()));
  if (!same_name(message.octets(), message.name(), canonical_name)) {
    draft.canonical_place = draft.add(message.name_at(canonical_name));
  }
  for (const auto section : {MessageSection::kAnswer, MessageSection::kAuthority, MessageSection::kAdditional}) {
    add_section(draft, message, section);
  }
}

// The block, in which `answer` is completed by what it points to.
AnswerBlock assemble(const Draft &draft, dns_answer answer, std::uint32_t age) {
  const std::size_t before_texts = sizeof(Block) + draft.records.size() * sizeof(dns_record);
  Block *const block = allocate(before_texts + draft.texts.size());
  auto *next = reinterpret_cast<dns_record *>(block + 1);
  auto *const texts = reinterpret_cast<unsigned char *>(block) + before_texts;
  std::copy(draft.texts.begin(), draft.texts.end(), texts);
  write_records(draft, next, texts, age);
  answer.name = reinterpret_cast<const char *>(texts + draft.name_place);
  answer.canonical_name = reinterpret_cast<const char *>(texts + draft.canonical_place);
  answer.answers = link(next, draft.counts[0]);
  answer.authority = link(next, draft.counts[1]);
  answer.additional = link(next, draft.counts[2]);
  block->answer = answer;
  return AnswerBlock(&block->answer);
}

void append_number(std::vector<unsigned char> &octets, unsigned number) {
  octets.push_back(static_cast<unsigned char>(number >> 8));
  octets.push_back(static_cast<unsigned char>(number));
}

}  // namespace

AnswerBlock make_answer(Octets octets, std::uint16_t type, std::uint32_t ttl) {
  static thread_local RecordMessage message;
  static thread_local Draft draft;
  ReplySummary summary;
  if (!message.parse(octets) || !summarize(message, summary)) return nullptr;
  collect(message, summary.canonical_name, draft);
  dns_answer answer{};
  answer.type = type;
  answer.rcode = message.rcode();
  answer.flags = message.flags() & kFlags;
  answer.ttl = ttl;
  return assemble(draft, answer, minus(summary.ttl, ttl));
}

// As a message, so that there is one way only to an answer.
AnswerBlock make_own_answer(std::string_view name, std::uint16_t type, std::uint16_t rcode, Octets data) {
  constexpr unsigned kResponse = 0x8000;
  const WireName owner = to_wire_name(name);
  std::vector<unsigned char> message;
  for (const unsigned number : {0U, kResponse | rcode, 1U, data.empty() ? 0U : 1U, 0U, 0U}) {
    append_number(message, number);
  }
  message.insert(message.end(), owner.octets().begin(), owner.octets().end());
  append_number(message, type);
  append_number(message, kInternet);
  if (data.empty()) return make_answer(message, type, 0);
  message.insert(message.end(), owner.octets().begin(), owner.octets().end());
  constexpr unsigned kNoTtl = 0;
  for (const unsigned number :
       {unsigned{type}, unsigned{kInternet}, kNoTtl, kNoTtl, static_cast<unsigned>(data.size())}) {
    append_number(message, number);
  }
  message.insert(message.end(), data.begin(), data.end());
  return make_answer(message, type, 0);
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
  auto *const to = static_cast<Block *>(::operator new(from->size, std::nothrow));
  if (to == nullptr) return nullptr;
  std::memcpy(static_cast<void *>(to), from, from->size);
  relocate(to->answer.name, from, to);
  relocate(to->answer.canonical_name, from, to);
  relocate_records(to->answer.answers, from, to);
  relocate_records(to->answer.authority, from, to);
  relocate_records(to->answer.additional, from, to);
  return &to->answer;
}

void dns_answer_free(struct dns_answer *answer) { ::operator delete(answer); }
