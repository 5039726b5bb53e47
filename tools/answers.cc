#include "answers.h"

#include <algorithm>

namespace dns_cares_tool {
namespace {

bool denies(int status) { return status == DNS_ENODATA || status == DNS_ENOTFOUND; }

}  // namespace

Answers::Answers(Slot &slot, const std::vector<int> &types) : slot_(slot), missing_(types.size()) {
  parts_.reserve(types.size());
  for (const int type : types) parts_.push_back({.answers = this, .type = type});
}

bool Answers::take(Part &part, int status, const dns_answer *answer, const dns_result_info *info) {
  part.status = status;
  if (status == DNS_OK) part.answer = answer;
  if (status == DNS_OK && parts_.size() > 1) {
    part.answer = kept_.emplace_back(dns_answer_dup(answer)).get();
    if (part.answer == nullptr) part.status = DNS_ENOMEM;
  }
  if (info != nullptr) add(*info);
  return --missing_ == 0;
}

int Answers::status() const {
  int sum = parts_.front().status;
  for (const Part &part : parts_) {
    if (part.status != DNS_OK && !denies(part.status)) return part.status;
    if (sum != DNS_OK && part.status != DNS_ENOTFOUND) sum = part.status;
  }
  return sum;
}

std::vector<const dns_record *> Answers::records() const {
  std::vector<const dns_record *> records;
  for (const Part &part : parts_) {
    const dns_record *record = part.answer != nullptr ? part.answer->answers : nullptr;
    for (; record != nullptr; record = record->next) {
      if (record->type == part.type || part.type == DNS_TYPE_ANY) records.push_back(record);
    }
  }
  return records;
}

void Answers::add(const dns_result_info &info) {
  if (!origin_) {
    origin_ = Origin();
    origin_->numbers = info;
    origin_->numbers.queries = 0;
  }
  dns_result_info &sum = origin_->numbers;
  sum.ttl_s = std::min(sum.ttl_s, info.ttl_s);
  sum.queries += info.queries;
  sum.source = std::max(sum.source, info.source);
  if (info.server != nullptr) origin_->server = info.server;
  if (info.extended_error < 0) return;
  sum.extended_error = info.extended_error;
  origin_->extended_text = info.extended_text != nullptr ? info.extended_text : "";
}

const dns_result_info *Answers::info() {
  if (!origin_) return nullptr;
  const auto text_of = [](const std::string &text) { return text.empty() ? nullptr : text.c_str(); };
  origin_->numbers.server = text_of(origin_->server);
  origin_->numbers.extended_text = text_of(origin_->extended_text);
  return &origin_->numbers;
}

}  // namespace dns_cares_tool
