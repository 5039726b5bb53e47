// The exit status.
#pragma once

namespace dns_cares_tool {

// Of a run that a signal has ended: 128 and its number, as shells have it.
enum Exit { kAllResolved = 0, kSomeFailed = 1, kUsage = 2, kInputOutput = 3, kSignal = 128 };

}  // namespace dns_cares_tool
