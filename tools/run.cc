#include "run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "control.h"
#include "crew.h"
#include "exchange.h"
#include "format.h"
#include "input.h"
#include "summary.h"

namespace dns_cares_tool {
namespace {

int exit_status(Exchange &exchange, const Control &control, const Tally &tally) {
  if (const std::string failure = exchange.failure(); !failure.empty()) {
    fmt::print(stderr, "dns-cares: {}\n", failure);
    return kInputOutput;
  }
  if (exchange.output_is_closed()) return kInputOutput;
  if (control.signal() != 0) return kSignal + control.signal();
  return tally.failed() == 0 ? kAllResolved : kSomeFailed;
}

}  // namespace

int run(const Options &options) {
  Input input(options.names, options.files);
  Sink sink(STDOUT_FILENO);
  const auto format = make_format(options);
  const Wake wake;
  Exchange exchange(options, input, sink, wake);
  Crew crew(options, exchange, input, *format);
  Control control(exchange, wake);

  if (options.header) sink.append(format->header());
  crew.start();
  control.run();
  crew.end();

  const Tally tally = exchange.tally();
  if (!options.quiet && !exchange.output_is_closed()) fmt::print(stderr, "{}", summary_of(tally));
  return exit_status(exchange, control, tally);
}

}  // namespace dns_cares_tool
