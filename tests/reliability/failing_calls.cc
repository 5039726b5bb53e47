#include "failing_calls.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstring>

namespace {

thread_local bool active = false;
thread_local bool goes_on = false;
thread_local std::size_t left = 0;
thread_local std::string first_failed;

// The call's own error, if it is to fail; 0: it is not.
bool fails(const char *call, int error) {
  if (!active) return false;
  if (left > 0) {
    --left;
    return false;
  }
  active = goes_on;
  if (first_failed.empty()) first_failed = std::string(call) + ": " + std::strerror(error);
  errno = error;
  return true;
}

template <class Function>
Function *next(Function *, const char *name) {
  return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// The errors are those that a machine has when it is short of something, or a network gone.
#define PASS_ON(name, ...)                       \
  static const auto real = next(&::name, #name); \
  return real(__VA_ARGS__)

extern "C" {

int socket(int domain, int type, int protocol) noexcept {
  if (fails("socket", EMFILE)) return -1;
  PASS_ON(socket, domain, type, protocol);
}
int bind(int fd, const sockaddr *address, socklen_t size) noexcept {
  if (fails("bind", EADDRINUSE)) return -1;
  PASS_ON(bind, fd, address, size);
}
int connect(int fd, const sockaddr *address, socklen_t size) {
  if (fails("connect", ENETUNREACH)) return -1;
  PASS_ON(connect, fd, address, size);
}
int setsockopt(int fd, int level, int option, const void *value, socklen_t size) noexcept {
  if (fails("setsockopt", ENOBUFS)) return -1;
  PASS_ON(setsockopt, fd, level, option, value, size);
}
int getsockopt(int fd, int level, int option, void *value, socklen_t *size) noexcept {
  if (fails("getsockopt", ENOBUFS)) return -1;
  PASS_ON(getsockopt, fd, level, option, value, size);
}
int getsockname(int fd, sockaddr *address, socklen_t *size) noexcept {
  if (fails("getsockname", ENOBUFS)) return -1;
  PASS_ON(getsockname, fd, address, size);
}
ssize_t send(int fd, const void *data, size_t size, int flags) {
  if (fails("send", ENETDOWN)) return -1;
  PASS_ON(send, fd, data, size, flags);
}
ssize_t sendto(int fd, const void *data, size_t size, int flags, const sockaddr *to, socklen_t to_size) {
  if (fails("sendto", ENOBUFS)) return -1;
  PASS_ON(sendto, fd, data, size, flags, to, to_size);
}
ssize_t sendmsg(int fd, const msghdr *message, int flags) {
  if (fails("sendmsg", ENETDOWN)) return -1;
  PASS_ON(sendmsg, fd, message, flags);
}
ssize_t recv(int fd, void *data, size_t size, int flags) {
  if (fails("recv", ENOMEM)) return -1;
  PASS_ON(recv, fd, data, size, flags);
}
ssize_t recvfrom(int fd, void *data, size_t size, int flags, sockaddr *from, socklen_t *from_size) {
  if (fails("recvfrom", ENOMEM)) return -1;
  PASS_ON(recvfrom, fd, data, size, flags, from, from_size);
}
ssize_t getrandom(void *data, size_t size, unsigned flags) {
  if (fails("getrandom", ENOSYS)) return -1;
  PASS_ON(getrandom, data, size, flags);
}
int gethostname(char *name, size_t size) noexcept {
  if (fails("gethostname", ENAMETOOLONG)) return -1;
  PASS_ON(gethostname, name, size);
}
int stat(const char *path, struct stat *status) noexcept {
  if (fails("stat", EACCES)) return -1;
  PASS_ON(stat, path, status);
}
int fstat(int fd, struct stat *status) noexcept {
  if (fails("fstat", EIO)) return -1;
  PASS_ON(fstat, fd, status);
}
int open(const char *path, int flags, ...) {
  if (fails("open", EMFILE)) return -1;
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  PASS_ON(open, path, flags, mode);
}
ssize_t read(int fd, void *data, size_t size) {
  if (fails("read", EIO)) return -1;
  PASS_ON(read, fd, data, size);
}

}  // extern "C"

namespace dns_cares_test {

FailingCalls::FailingCalls(std::size_t spared, Which which) {
  left = spared;
  goes_on = which == Which::kAllFurther;
  first_failed.clear();
  active = true;
}

FailingCalls::~FailingCalls() { active = false; }

std::string FailingCalls::failed() const { return first_failed; }

}  // namespace dns_cares_test
