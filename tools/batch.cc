#include "batch.h"

#include <arpa/inet.h>
#include <dns_cares/evloop.h>
#include <fmt/format.h>

#include <cstdio>
#include <numeric>

namespace dns_cares_tool {
namespace {

// getnameinfo(3) would do, but for its look at the scope's interface name.
std::string to_text(const addrinfo &entry) {
  char text[INET6_ADDRSTRLEN] = "";
  if (entry.ai_family == AF_INET) {
    const auto *v4 = reinterpret_cast<const sockaddr_in *>(entry.ai_addr);
    inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    return text;
  }
  const auto *v6 = reinterpret_cast<const sockaddr_in6 *>(entry.ai_addr);
  inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
  return v6->sin6_scope_id == 0 ? text : fmt::format("{}%{}", text, v6->sin6_scope_id);
}

class Batch {
 public:
  Batch(const std::vector<std::string> &names, int family) : names_(names) {
    items_.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) items_.push_back({this, {}, false});
    for (std::size_t i = 0; i < names.size(); ++i) {
      dns_resolve_async(nullptr, names[i].c_str(), nullptr, family, SOCK_STREAM, 0, on_result, &items_[i]);
    }
  }

  std::map<int, std::size_t> take_failures() { return std::move(failures_); }

 private:
  struct Item {
    Batch *batch;
    std::string result;
    bool done;
  };

  static void on_result(int status, const addrinfo *ai, void *arg) {
    auto *item = static_cast<Item *>(arg);
    item->done = true;
    if (status != DNS_OK) {
      item->result = dns_strerror(status);
      ++item->batch->failures_[status];
    }
    for (; ai != nullptr; ai = ai->ai_next) {
      if (!item->result.empty()) item->result += ' ';
      item->result += to_text(*ai);
    }
    item->batch->print_what_is_due();
  }

  // Called by the library, so nothing may be thrown here. What cannot be written ends the run.
  void print_what_is_due() {
    for (; printed_ < items_.size() && items_[printed_].done && std::ferror(stdout) == 0; ++printed_) {
      std::string &result = items_[printed_].result;
      const std::string line = names_[printed_] + '\t' + result + '\n';
      if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size()) return dns_shutdown(nullptr);
      result = {};
    }
  }

  const std::vector<std::string> &names_;
  std::vector<Item> items_;
  std::size_t printed_ = 0;
  std::map<int, std::size_t> failures_;
};

}  // namespace

std::size_t Summary::failed() const {
  return std::accumulate(failures.begin(), failures.end(), std::size_t{0},
                         [](std::size_t sum, const auto &failure) { return sum + failure.second; });
}

Summary resolve_all(const std::vector<std::string> &names, int family) {
  const auto start = std::chrono::steady_clock::now();
  Batch batch(names, family);
  evloop_run(nullptr);
  return {names.size(), batch.take_failures(), std::chrono::steady_clock::now() - start};
}

}  // namespace dns_cares_tool
