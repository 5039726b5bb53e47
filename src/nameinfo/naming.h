// One search for the names of an address, from its start to its callback.
//
// As a connect, it is a user of the resolver through the context, ends with that, and owns itself. It goes along the
// sources of nsswitch.conf as lookups of names do; what needs no server is given in a later turn of the loop. The
// callback is the only foreign code, and the last thing that is done.
//
// Thread rule: the loop's thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "context.h"
#include "dns_cares/nameinfo.h"
#include "nameinfo/question.h"

// The C API's handle of it.
struct dns_naming final : private dns_cares::Dependent {
 public:
  // Made with new. Throws std::bad_alloc.
  dns_naming(dns_cares::Context &context, const sockaddr *address, socklen_t length, int flags, unsigned deadline_ms,
             dns_nameinfo_cb cb, void *arg);
  // Nothing happens while its callback is running.
  void cancel();

 private:
  ~dns_naming() = default;

  void on_turn() noexcept override { call(status_); }
  void on_context_end() noexcept override { call(DNS_ESHUTDOWN); }
  static void on_answer(int status, const dns_answer *answer, void *arg);

  void start(const sockaddr *address, socklen_t length, int flags);
  void go_on();
  bool find_in_file();
  void ask_servers();
  void end_with_answer(int status, const dns_answer *answer);
  void end_with_name(std::string_view name);
  void end_without_name();
  void end(int status);
  void call(int status);

  dns_cares::Context &context_;
  const dns_nameinfo_cb callback_;
  void *const arg_;
  const unsigned deadline_ms_;
  dns_cares::NameQuestion question_;
  std::size_t source_ = 0;         // of nsswitch.conf: the one it stands at
  dns_cares::OwnRequest request_;  // while the servers are asked
  int status_ = DNS_OK;
  std::string host_;
  std::string service_;
  bool calling_ = false;
};
