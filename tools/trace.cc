#include "trace.h"

#include <dns_cares/inspect.h>
#include <fmt/format.h>

#include <string>

#include "message.h"
#include "words.h"

namespace dns_cares_tool {
namespace {

std::string type_text(int type) {
  std::string text;
  append_type(type, text);
  return text;
}

// Texts of the network and of the input are not to do anything to a terminal.
std::string printable(const char *from) {
  std::string text;
  append_printable(from != nullptr ? from : "", text);
  return text;
}

std::string error_text(const dns_trace_event &event) {
  if (event.extended_error < 0) return {};
  return fmt::format(", extended error {}{}{}", event.extended_error, event.text != nullptr ? ": " : "",
                     printable(event.text));
}

// Nothing where nobody has said anything.
std::string source_text(const dns_trace_event &event) {
  const bool has_answer = event.status != DNS_ETIMEOUT && event.status != DNS_ECONNREFUSED;
  if (!has_answer || event.source == DNS_SOURCE_NONE) return {};
  return fmt::format(", from {}", dns_source_name(event.source));
}

std::string search_text(const dns_trace_event &event) {
  const bool is_denied = event.status == DNS_ENOTFOUND || event.status == DNS_ENODATA;
  return is_denied ? ", so the next of the search list, if there is one" : "";
}

std::string step_text(const dns_trace_event &event) {
  const std::string name = printable(event.name);
  const std::string type = type_text(event.type);
  const char *server = event.server != nullptr ? event.server : "the servers, by TCP,";
  switch (event.step) {
    case DNS_TRACE_START:
      return fmt::format("{}: looked up", name);
    case DNS_TRACE_CACHE:
      return fmt::format("  {} {}: in the cache ({}), {}, good for {:.0f} s", name, type, dns_source_name(event.source),
                         dns_strerror(event.status), event.seconds);
    case DNS_TRACE_JOIN:
      return fmt::format("  {} {}: asked for already, waits for that answer", name, type);
    case DNS_TRACE_SEND:
      if (event.attempt <= 1) return fmt::format("  {} {}: asks {}", name, type, server);
      return fmt::format("  {} {}: asks {}, attempt {}", name, type, server, event.attempt);
    case DNS_TRACE_TRUNCATED:
      return fmt::format("  {} {}: {} says that the answer does not fit a datagram, so TCP is next", name, type,
                         server);
    case DNS_TRACE_ANSWER:
      if (event.server == nullptr) return fmt::format("  {} {}: no reply: {}", name, type, dns_strerror(event.status));
      return fmt::format("  {} {}: {} answers after {:.3f} ms: {}{}", name, type, server, event.seconds * 1e3,
                         dns_strerror(event.status), error_text(event));
    case DNS_TRACE_NO_ADDRESS:
      return fmt::format("  {}: {}{}", name, dns_strerror(event.status), search_text(event));
    case DNS_TRACE_END:
      return fmt::format("{}: {}{}, {:.3f} ms", name, dns_strerror(event.status), source_text(event),
                         event.seconds * 1e3);
    default:
      return fmt::format("  step {}", event.step);
  }
}

// Within the library, so nothing may be thrown.
void on_step(const dns_trace_event *event, void *) {
  try {
    say("; " + step_text(*event) + "\n");
  } catch (...) {
  }
}

}  // namespace

bool trace_to_standard_error(struct ev_loop *loop) { return dns_set_trace(loop, on_step, nullptr) == DNS_OK; }

}  // namespace dns_cares_tool
