#include "answers.h"

#include <arpa/inet.h>
#include <dns_cares/dns_cares.h>
#include <dns_cares/nameinfo.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <system_error>

#include "loop.h"

namespace dns_cares_test {
namespace {

constexpr unsigned kPatience = 60;  // seconds

[[noreturn]] void fail(const std::string &what) { throw std::system_error(errno, std::generic_category(), what); }

std::string error_text(int eai) {
  switch (eai) {
    case EAI_BADFLAGS:
      return "EAI_BADFLAGS";
    case EAI_NONAME:
      return "EAI_NONAME";
    case EAI_AGAIN:
      return "EAI_AGAIN";
    case EAI_FAIL:
      return "EAI_FAIL";
    case EAI_FAMILY:
      return "EAI_FAMILY";
    case EAI_SOCKTYPE:
      return "EAI_SOCKTYPE";
    case EAI_SERVICE:
      return "EAI_SERVICE";
    case EAI_MEMORY:
      return "EAI_MEMORY";
    case EAI_SYSTEM:
      return "EAI_SYSTEM";
    case EAI_NODATA:
      return "EAI_NODATA";
    case EAI_ADDRFAMILY:
      return "EAI_ADDRFAMILY";
    default:
      return "EAI code " + std::to_string(eai);
  }
}

std::string line_of(const addrinfo &entry) {
  std::string line = entry_text(entry);
  const bool is_v4 = entry.ai_family == AF_INET;
  if (entry.ai_addr->sa_family != entry.ai_family) line += ", family of the address differs";
  if (entry.ai_addrlen != (is_v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6))) line += ", wrong length";
  if (!is_v4 && reinterpret_cast<const sockaddr_in6 *>(entry.ai_addr)->sin6_flowinfo != 0) line += ", flow label";
  if (entry.ai_canonname != nullptr) line += std::string(", canonical name ") + entry.ai_canonname;
  return line;
}

std::string text_of(int eai, const addrinfo *list) {
  if (eai != 0) return error_text(eai);
  std::string text;
  for (; list != nullptr; list = list->ai_next) text += line_of(*list) + '\n';
  if (!text.empty()) text.pop_back();
  return text;
}

struct Arguments {
  explicit Arguments(const Question &question)
      : host(question.host ? question.host->c_str() : nullptr),
        service(question.service ? question.service->c_str() : nullptr),
        hints(question.has_hints ? &wanted : nullptr) {
    wanted.ai_flags = question.flags;
    wanted.ai_family = question.family;
    wanted.ai_socktype = question.socktype;
    wanted.ai_protocol = question.protocol;
  }
  Arguments(const Arguments &) = delete;
  Arguments &operator=(const Arguments &) = delete;

  const char *host;
  const char *service;
  addrinfo wanted{};
  const addrinfo *hints;
};

void set_variable(const char *name, const std::optional<std::string> &value) {
  if (value) {
    setenv(name, value->c_str(), 1);
  } else {
    unsetenv(name);
  }
}

[[noreturn]] void answer_and_exit(int out, const std::function<std::string()> &ask, const Environment &environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(kPatience);
  set_variable("LOCALDOMAIN", environment.localdomain);
  set_variable("RES_OPTIONS", environment.res_options);
  std::string text;
  try {
    text = ask();
  } catch (const std::exception &e) {
    text = e.what();
  }
  _exit(write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t size = read(fd, part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(size));
  }
}

std::string in_a_process(const std::function<std::string()> &ask, const Environment &environment) {
  int ends[2];
  if (pipe(ends) != 0) fail("pipe");
  const pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) answer_and_exit(ends[1], ask, environment);
  close(ends[1]);
  std::string text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return std::string("ended by the signal ") + strsignal(WTERMSIG(status));
  if (status != 0) return "ended with status " + std::to_string(WEXITSTATUS(status)) + ' ' + text;
  return text;
}

class SocketAddress {
 public:
  SocketAddress(const std::string &literal, int port) {
    const auto percent = literal.find('%');
    if (percent != std::string::npos)
      v6_.sin6_scope_id = static_cast<unsigned>(std::stoul(literal.substr(percent + 1)));
    const std::string plain = literal.substr(0, percent);
    v6_.sin6_port = v4_.sin_port = htons(static_cast<in_port_t>(port));
    v6_.sin6_family = AF_INET6;
    v4_.sin_family = AF_INET;
    is_v6_ = inet_pton(AF_INET6, plain.c_str(), &v6_.sin6_addr) == 1;
    if (!is_v6_ && inet_pton(AF_INET, plain.c_str(), &v4_.sin_addr) != 1) throw std::runtime_error("bad " + literal);
  }
  const sockaddr *get() const {
    return is_v6_ ? reinterpret_cast<const sockaddr *>(&v6_) : reinterpret_cast<const sockaddr *>(&v4_);
  }
  socklen_t size() const { return is_v6_ ? sizeof v6_ : sizeof v4_; }

 private:
  bool is_v6_;
  sockaddr_in v4_{};
  sockaddr_in6 v6_{};
};

std::string names_text(int eai, const char *host, const char *service) {
  return eai != 0 ? error_text(eai) : std::string(host) + ' ' + service;
}

std::string names_by_glibc(const Question &question) {
  const SocketAddress address(*question.address, question.port);
  char host[NI_MAXHOST] = "";
  char service[NI_MAXSERV] = "";
  const int eai =
      getnameinfo(address.get(), address.size(), host, sizeof host, service, sizeof service, question.flags);
  return names_text(eai, host, service);
}

std::string names_by_dns_cares(const Question &question) {
  const SocketAddress address(*question.address, question.port);
  std::string text = "no callback";
  Loop loop;
  dns_getnameinfo(
      loop.get(), address.get(), address.size(), question.flags, 0,
      [](int status, const char *host, const char *service, void *arg) {
        *static_cast<std::string *>(arg) = names_text(dns_status_to_eai(status), host, service);
      },
      &text);
  loop.run();
  return text;
}

std::string by_glibc(const Question &question) {
  if (question.address) return names_by_glibc(question);
  const Arguments arguments(question);
  addrinfo *list = nullptr;
  const int eai = getaddrinfo(arguments.host, arguments.service, arguments.hints, &list);
  const std::string text = text_of(eai, list);
  if (list != nullptr) freeaddrinfo(list);
  return text;
}

void note_result(int status, const addrinfo *ai, void *arg) {
  *static_cast<std::string *>(arg) = text_of(dns_status_to_eai(status), ai);
}

std::string by_dns_cares(const Question &question) {
  if (question.address) return names_by_dns_cares(question);
  const Arguments arguments(question);
  std::string text = "no callback";
  Loop loop;
  dns_resolve(loop.get(), arguments.host, arguments.service, arguments.hints, 0, note_result, &text);
  loop.run();
  return text;
}

}  // namespace

std::string ask_glibc(const Question &question, const Environment &environment) {
  return in_a_process([&] { return by_glibc(question); }, environment);
}

std::string ask_dns_cares(const Question &question, const Environment &environment) {
  return in_a_process([&] { return by_dns_cares(question); }, environment);
}

}  // namespace dns_cares_test
