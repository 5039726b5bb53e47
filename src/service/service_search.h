// One search for a service, from its start to its callback: the query for its records, those for the aliases that it
// leads to, and then the lookups of all hosts side by side.
//
// As a connect, it is a user of the resolver through the context, ends with that, and owns itself. The callback is the
// only foreign code, and the last thing that is done.
//
// Thread rule: the loop's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "context.h"
#include "dns_cares/service.h"
#include "service/offers.h"

// The C API's handle of it.
struct dns_service_search final : private dns_cares::Dependent {
 public:
  // Made with new. Throws std::bad_alloc.
  dns_service_search(dns_cares::Context &context, const char *name, int type, std::uint16_t default_port,
                     const dns_cares::Hints &hints, unsigned deadline_ms, dns_service_cb cb, void *arg);
  // Nothing happens while its callback is running.
  void cancel();

 private:
  struct FreeAnswer {
    void operator()(dns_answer *answer) const { dns_answer_free(answer); }
  };
  // A host, from when its lookup starts.
  struct Host {
    dns_service_search &search;
    dns_cares::Offer offer;
    dns_cares::OwnRequest request = {};  // while it is looked up
    dns_cares::AddrinfoList addresses = {};
    dns_endpoint endpoint = {};
  };

  ~dns_service_search() = default;

  void on_context_end() noexcept override { finish(DNS_ESHUTDOWN); }
  static void on_answer(int status, const dns_answer *answer, void *arg);
  static void on_addresses(int status, const addrinfo *ai, void *arg);

  void ask(const char *name);
  void go_on(int status, const dns_answer *answer);
  void follow(const std::string &alias);
  void look_up(dns_cares::Offer offer);
  void finish_if_complete();
  void finish(int status);
  unsigned time_left_ms() const;

  dns_cares::Context &context_;
  const dns_service_cb callback_;
  void *const arg_;
  const int type_;
  const std::uint16_t default_port_;
  const dns_cares::Hints hints_;
  const double deadline_;
  std::string alias_;              // the last one; empty: there was none
  int aliases_ = 0;                // followed so far
  dns_cares::OwnRequest request_;  // while records are asked for
  std::unique_ptr<dns_answer, FreeAnswer> answer_;
  std::deque<Host> hosts_;   // which moves none when one is added
  std::size_t waiting_ = 0;  // of them, those that are looked up
  bool calling_ = false;
};
