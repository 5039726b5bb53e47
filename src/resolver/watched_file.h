// A file that is read again after it has changed: rewritten, renamed over, removed, made, or another one at the end of
// its link. Nobody is told of a change: who wants to know asks, and that costs one stat(2).
//
// Thread rule: none of its own; calls on one object in one thread.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "resolver/text_file.h"

namespace dns_cares {

class WatchedFile {
 public:
  WatchedFile() = default;  // of no file, which never changes
  explicit WatchedFile(std::string path) : path_(std::move(path)) {}

  const std::string &path() const { return path_; }

  // Reads the file as read_text_file() does, and remembers what it was. Throws std::bad_alloc, and remembers nothing
  // then.
  TextFile read(std::size_t limit);

  // The same for one who has read it himself: from now on, changed() compares with TextFile::identity. An identity
  // that is not there is that of a missing file.
  void remember(const FileIdentity &seen) { seen_ = seen; }

  // Whether reading the file again may give something else than it did when remember() was last called. Before
  // that, whether there is a file. A file that was read within a moment of being written counts as changed once, as
  // soon as what may have been written in that same moment is sure to be seen.
  bool changed() const;

 private:
  std::string path_;
  FileIdentity seen_;
};

}  // namespace dns_cares
