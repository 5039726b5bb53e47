#include "nameinfo/naming.h"

#include <netdb.h>

#include <new>

#include "clock.h"
#include "dns_cares/records.h"
#include "resolver/name.h"
#include "resolver/reverse.h"

using namespace dns_cares;

namespace {

// The name in the first PTR record that has one; "" if none has. Throws std::bad_alloc.
std::string name_in(const dns_answer &answer) {
  for (const dns_record *record = answer.answers; record != nullptr; record = record->next) {
    dns_target target;
    if (dns_record_ptr(record, &target) != DNS_OK) continue;
    std::string name = target.name;
    if (normalize_name(name)) return name;
  }
  return "";
}

}  // namespace

dns_naming::dns_naming(Context &context, const sockaddr *address, socklen_t length, int flags, unsigned deadline_ms,
                       dns_nameinfo_cb cb, void *arg)
    : context_(context), callback_(cb), arg_(arg), deadline_ms_(deadline_ms) {
  context.attach(*this);
  start(address, length, flags);
}

void dns_naming::cancel() {
  if (!calling_) delete this;
}

void dns_naming::start(const sockaddr *address, socklen_t length, int flags) {
  const int status = read_question(address, length, flags, question_);
  if (status != DNS_OK) return end(status);
  service_ = service_text(question_, context_.resolver(steady_now()).settings().services);
  if (question_.flag(NI_NUMERICHOST)) return end_without_name();
  go_on();
}

// Along the sources, up to one that has the name or is waited for.
void dns_naming::go_on() {
  const HostSources &sources = context_.resolver().settings().sources;
  while (source_ < sources.size()) {
    const HostSource &source = sources[source_++];
    if (source.kind == HostSource::Kind::kDns) return ask_servers();
    if (find_in_file()) return;
    if (source.stop_if_not_found) break;
  }
  end_without_name();
}

bool dns_naming::find_in_file() {
  const std::string name = host_from_file(question_, context_.resolver().settings().hosts);
  if (!name.empty()) end_with_name(name);
  return !name.empty();
}

void dns_naming::ask_servers() {
  const std::string local = host_of_loopback(question_);
  if (!local.empty()) return end_with_name(local);
  const std::string name = reverse_name(question_.address);
  request_.reset(context_.query(name.c_str(), DNS_TYPE_PTR, 0, deadline_ms_, Callback(on_answer, this)));
}

void dns_naming::on_answer(int status, const dns_answer *answer, void *arg) {
  auto &self = *static_cast<dns_naming *>(arg);
  forget(self.request_);
  if (status == DNS_ESHUTDOWN) return self.call(status);
  try {
    self.end_with_answer(status, answer);
  } catch (const std::bad_alloc &) {
    self.end(DNS_ENOMEM);
  }
}

// That the servers cannot tell is no sign that there is no name.
void dns_naming::end_with_answer(int status, const dns_answer *answer) {
  if (status == DNS_OK) {
    const std::string name = name_in(*answer);
    if (!name.empty()) return end_with_name(name);
    status = DNS_ENODATA;
  }
  const bool denied = status == DNS_ENOTFOUND || status == DNS_ENODATA;
  const HostSources &sources = context_.resolver().settings().sources;
  if (source_ < sources.size()) {
    const HostSource &dns = sources[source_ - 1];
    const bool stops = denied ? dns.stop_if_not_found : dns.stop_if_unavailable;
    if (!stops && find_in_file()) return;
  }
  if (denied) return end_without_name();
  end(status);
}

void dns_naming::end_with_name(std::string_view name) {
  host_ = shown_name(question_, name, context_.resolver().search().local_domain());
  end(DNS_OK);
}

void dns_naming::end_without_name() {
  if (question_.flag(NI_NAMEREQD)) return end(DNS_ENOTFOUND);
  host_ = numeric_host(question_);
  end(DNS_OK);
}

void dns_naming::end(int status) {
  status_ = status;
  context_.ask_for_turn(*this);
}

void dns_naming::call(int status) {
  unlink();
  calling_ = true;
  callback_(status, status == DNS_OK ? host_.c_str() : nullptr, status == DNS_OK ? service_.c_str() : nullptr, arg_);
  delete this;
}
