#include "service/service_search.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "clock.h"
#include "resolver/name.h"

using namespace dns_cares;

namespace {

constexpr int kMostAliases = 8;
constexpr std::size_t kMostHosts = 64;

bool is_type_of_services(int type) { return type == DNS_TYPE_SRV || type == DNS_TYPE_SVCB || type == DNS_TYPE_HTTPS; }

// Of 64 bits, what is too many for an even share does not count.
std::uint32_t random_up_to(std::uint32_t most) {
  std::uint64_t random = 0;
  if (getentropy(&random, sizeof random) != 0) return 0;
  return static_cast<std::uint32_t>(random % (std::uint64_t{most} + 1));
}

}  // namespace

dns_service_search::dns_service_search(Context &context, const char *name, int type, std::uint16_t default_port,
                                       const Hints &hints, unsigned deadline_ms, dns_service_cb cb, void *arg)
    : context_(context),
      callback_(cb),
      arg_(arg),
      // Type 0 is that of no record, which the query says.
      type_(is_type_of_services(type) ? type : 0),
      default_port_(default_port),
      hints_(hints),
      deadline_(context.deadline_in(steady_now(), deadline_ms)) {
  ask(name);
  context.attach(*this);
}

void dns_service_search::cancel() {
  if (!calling_) delete this;
}

void dns_service_search::ask(const char *name) {
  request_.reset(context_.query(name, static_cast<std::uint16_t>(type_), 0, time_left_ms(), Callback(on_answer, this)));
}

void dns_service_search::on_answer(int status, const dns_answer *answer, void *arg) {
  auto &self = *static_cast<dns_service_search *>(arg);
  forget(self.request_);
  if (status == DNS_ESHUTDOWN) return self.finish(status);
  try {
    self.go_on(status, answer);
  } catch (const std::bad_alloc &) {
    self.finish(DNS_ENOMEM);
  }
}

void dns_service_search::go_on(int status, const dns_answer *answer) {
  if (status == DNS_OK) {
    answer_.reset(dns_answer_dup(answer));
    if (answer_ == nullptr) throw std::bad_alloc();
    Offers offers = offers_in(*answer_, type_, default_port_, random_up_to);
    if (!offers.alias.empty()) return follow(offers.alias);
    if (offers.list.empty()) return finish(DNS_ENODATA);
    for (Offer &offer : offers.list) look_up(std::move(offer));
  } else if (alias_.empty()) {
    return finish(status);
  }
  // Whatever became of the question there, the end of the aliases is an endpoint too (RFC 9460 section 3).
  if (!alias_.empty()) look_up({alias_, default_port_, nullptr});
}

void dns_service_search::follow(const std::string &alias) {
  if (++aliases_ > kMostAliases) return finish(DNS_EBADRESP);
  alias_ = alias;
  ask(alias_.c_str());
}

void dns_service_search::look_up(Offer offer) {
  if (hosts_.size() == kMostHosts) return;
  Host &host = hosts_.emplace_back(Host{*this, std::move(offer)});
  const std::string port = std::to_string(host.offer.port);
  host.request.reset(
      context_.resolve(host.offer.host.c_str(), port.c_str(), hints_, time_left_ms(), Callback(on_addresses, &host)));
  ++waiting_;
}

void dns_service_search::on_addresses(int status, const addrinfo *ai, void *arg) {
  auto &host = *static_cast<Host *>(arg);
  dns_service_search &self = host.search;
  forget(host.request);
  if (status == DNS_ESHUTDOWN) return self.finish(status);
  host.addresses.reset(dns_addrinfo_dup(ai));
  host.endpoint.status = status == DNS_OK && host.addresses == nullptr ? DNS_ENOMEM : status;
  if (--self.waiting_ == 0) self.finish_if_complete();
}

void dns_service_search::finish_if_complete() {
  const dns_endpoint *next = nullptr;
  for (auto host = hosts_.rbegin(); host != hosts_.rend(); ++host) {
    host->offer.host = without_last_dot(host->offer.host);
    host->endpoint = {next,
                      host->offer.host.c_str(),
                      host->offer.port,
                      host->offer.record,
                      host->endpoint.status,
                      host->addresses.get()};
    next = &host->endpoint;
  }
  const bool found =
      std::any_of(hosts_.begin(), hosts_.end(), [](const Host &host) { return host.addresses != nullptr; });
  finish(found ? DNS_OK : hosts_.front().endpoint.status);
}

// The last thing done. What is still looked up ends with it.
void dns_service_search::finish(int status) {
  unlink();
  calling_ = true;
  request_.reset();
  for (Host &host : hosts_) host.request.reset();
  callback_(status, status == DNS_OK ? &hosts_.front().endpoint : nullptr, arg_);
  delete this;
}

// 0 would be the context's deadline.
unsigned dns_service_search::time_left_ms() const {
  return static_cast<unsigned>(std::max(1.0, std::ceil((deadline_ - steady_now()) * 1e3)));
}
