#include "metrics_file.h"

#include <utility>

#include "output_file.h"
#include "reports.h"

namespace dns_cares_tool {
namespace {

constexpr double kSecondsBetween = 5;

}  // namespace

MetricsFile::MetricsFile(std::string path, Exchange &exchange)
    : path_(std::move(path)),
      exchange_(exchange),
      timer_([](void *self) { static_cast<MetricsFile *>(self)->write(); }, this) {
  timer_.start(kSecondsBetween, kSecondsBetween);
}

// Within a callback of the loop, so nothing may be thrown. Whether it can be written is told at the end of the run,
// which it must not end.
void MetricsFile::write() const noexcept {
  try {
    OutputFile::write_whole(path_, stats_for_prometheus(exchange_.tally()));
  } catch (const std::exception &) {
  }
}

}  // namespace dns_cares_tool
