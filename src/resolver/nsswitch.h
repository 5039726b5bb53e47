// nsswitch.conf(5): where host names are looked up.
#pragma once

#include <string_view>
#include <vector>

namespace dns_cares {

struct HostSource {
  enum class Kind { kFiles, kDns };  // the hosts file, the servers

  Kind kind;
  // Whether the sources after this one are not asked when this one does not have the name (or no address of it that is
  // wanted) [NOTFOUND=return].
  bool stop_if_not_found = false;
  // The same when it cannot tell [UNAVAIL=return]: there is no hosts file; no server has given an answer.
  bool stop_if_unavailable = false;

  bool operator==(const HostSource &) const = default;
};

// In the order in which they are asked, each kind at most once. Empty: host names are looked up in neither.
using HostSources = std::vector<HostSource>;

// The `hosts` line as glibc reads it, or "files dns", which is glibc's default since 2.35, if there is none, or one
// with a syntax error (with which glibc finds nothing). The last such line counts, and a '#' makes a comment at the
// start of a line only.
//
// Of the services, `files` and `dns` are known. `resolve` is systemd's resolver, which looks into the hosts file before
// it asks, so it stands for "files dns". What others may know is not asked for. Of the actions, those for SUCCESS are
// left out (an address ends the lookup), and those for TRYAGAIN (which neither kind gives in glibc). Throws
// std::bad_alloc.
HostSources parse_nsswitch(std::string_view text);

}  // namespace dns_cares
