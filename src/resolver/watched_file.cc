#include "resolver/watched_file.h"

namespace dns_cares {

TextFile WatchedFile::read(std::size_t limit) {
  TextFile file = read_text_file(path_.c_str(), limit);
  remember(file.identity);
  return file;
}

bool WatchedFile::changed() const {
  const FileIdentity now = identify_file(path_.c_str());
  return !now.same_as(seen_) || (now.settled && !seen_.settled);
}

}  // namespace dns_cares
