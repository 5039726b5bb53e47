// An HTTP/1.0 server of one page on loopback, for the examples: listens, runs a program, and serves what it asks for
// until it ends.
//
// usage: page_server PROGRAM [ARGUMENT...]    an argument "{port}" is replaced
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

namespace {

// A reply to the path asked for, once the request's empty line has come; every read has ten seconds.
void serve(int fd) {
  const timeval patience = {10, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string request;
  char octets[1024];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = read(fd, octets, sizeof octets);
    if (count <= 0) return;
    request.append(octets, static_cast<std::size_t>(count));
  }
  const std::string path = request.substr(4, request.find(' ', 4) - 4);
  const std::string reply = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nThis is " + path + ".\n";
  if (write(fd, reply.data(), reply.size()) < 0) std::perror("write");
}

pid_t run(std::vector<std::string> &command) {
  std::vector<char *> arguments;
  for (std::string &word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  execv(arguments[0], arguments.data());
  std::perror(arguments[0]);
  _exit(127);
}

}  // namespace

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto *plain = reinterpret_cast<sockaddr *>(&address);
  if (argc < 2 || bind(listener, plain, length) != 0 || listen(listener, 16) != 0) return 2;
  if (getsockname(listener, plain, &length) != 0) return 2;

  std::vector<std::string> command(argv + 1, argv + argc);
  for (std::string &word : command) {
    if (word == "{port}") word = std::to_string(ntohs(address.sin_port));
  }
  const pid_t child = run(command);
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    pollfd ready = {listener, POLLIN, 0};
    if (poll(&ready, 1, 10) <= 0) continue;
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    serve(fd);
    close(fd);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
