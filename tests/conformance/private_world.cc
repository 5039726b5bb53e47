#include "private_world.h"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace dns_cares_test {
namespace {

const std::string kLink = "veth0";
const std::string kPeer = "veth1";

[[noreturn]] void fail(const std::string &what) { throw std::system_error(errno, std::generic_category(), what); }

void write_file(const std::string &path, const std::string &text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) fail(path);
}

void become_root_of_a_user_namespace(int namespaces) {
  const std::string user = std::to_string(geteuid());
  const std::string group = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER | namespaces) != 0) fail("unshare");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", "0 " + user + " 1");
  write_file("/proc/self/gid_map", "0 " + group + " 1");
}

void enter_namespaces() {
  constexpr int kNamespaces = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS;
  if (unshare(kNamespaces) == 0) return;
  if (errno != EPERM) fail("unshare");
  become_root_of_a_user_namespace(kNamespaces);
}

void mount_or_fail(const std::string &source, const std::string &target, const char *type, unsigned long flags) {
  if (mount(source.c_str(), target.c_str(), type, flags, nullptr) != 0) fail("mount " + target);
}

struct Machine {
  std::vector<const char *> addresses;
  std::vector<const char *> deprecated;
};

Machine machine_of(Network network) {
  switch (network) {
    case Network::kLoopbackOnly:
      return {};
    case Network::kIPv4Only:
      return {{"192.0.2.10/24"}, {}};
    case Network::kIPv6Only:
      return {{"2001:db8:1::10/64", "fe80::10/64"}, {}};
    case Network::kBoth:
      return {{"192.0.2.10/24", "2001:db8:1::10/64", "fe80::10/64"}, {}};
    case Network::kIPv4AndLinkLocal:
      return {{"192.0.2.10/24", "fe80::10/64"}, {}};
    case Network::kIPv4AndDeprecated:
      return {{"192.0.2.10/24", "fe80::10/64"}, {"2001:db8:1::10/64"}};
    case Network::kManyPrefixes:
      return {{"192.0.2.10/24", "10.1.1.10/16", "2001:db8:1::10/64", "fd00:1::10/64", "2002:c000:20a::10/64",
               "fe80::10/64"},
              {}};
  }
  return {};
}

bool is_link_local(const InterfaceAddress &address) {
  return address.family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&address.octets);
}

}  // namespace

PrivateWorld::PrivateWorld() {
  try {
    enter_namespaces();
    netlink_.emplace();
    netlink_->bring_up("lo");
    replace_etc();
  } catch (const std::exception &e) {
    leave_etc();
    throw std::runtime_error(std::string("no private namespace can be made: ") + e.what() +
                             ". It takes root with CAP_SYS_ADMIN, or a kernel that allows user namespaces"
                             " (kernel.unprivileged_userns_clone=1, user.max_user_namespaces over 0).");
  }
}

PrivateWorld::~PrivateWorld() { leave_etc(); }

void PrivateWorld::leave_etc() {
  if (folder_.empty()) return;
  umount2("/etc", MNT_DETACH);
  umount2(folder_.c_str(), MNT_DETACH);
  rmdir(folder_.c_str());
}

// A bind mount over a single file could not make it missing, so the whole of /etc is another one, with links to what
// is not of interest here.
void PrivateWorld::replace_etc() {
  const char *parent = std::getenv("TMPDIR");
  std::string folder = std::string(parent != nullptr ? parent : "/tmp") + "/dns_cares_world.XXXXXX";
  mount_or_fail("none", "/", nullptr, MS_REC | MS_PRIVATE);
  if (mkdtemp(folder.data()) == nullptr) fail(folder);
  folder_ = std::move(folder);
  const std::string before = folder_ + "/etc.before";
  const std::string now = folder_ + "/etc";
  mount_or_fail("tmpfs", folder_, "tmpfs", MS_NOSUID | MS_NODEV);
  std::filesystem::create_directory(before);
  std::filesystem::create_directory(now);
  mount_or_fail("/etc", before, nullptr, MS_BIND | MS_REC);
  for (const auto &entry : std::filesystem::directory_iterator(before)) {
    std::filesystem::create_symlink(entry.path(), now + '/' + entry.path().filename().string());
  }
  mount_or_fail(now, "/etc", nullptr, MS_BIND);
  // A name service cache of the machine would answer for glibc.
  if (access("/var/run/nscd", F_OK) == 0) mount_or_fail("tmpfs", "/var/run/nscd", "tmpfs", MS_NOSUID | MS_NODEV);
}

void PrivateWorld::set_file(const std::string &name, const std::optional<std::string> &text) {
  const std::string path = "/etc/" + name;
  std::filesystem::remove(path);
  if (text) write_file(path, *text);
}

void PrivateWorld::set_host_name(const std::string &name) {
  if (sethostname(name.data(), name.size()) != 0) fail("sethostname");
}

void PrivateWorld::set_network(Network network) {
  if (network == network_) return;
  if (network_ && *network_ != Network::kLoopbackOnly) netlink_->remove_link(kLink);
  network_ = network;
  if (network == Network::kLoopbackOnly) return;
  netlink_->add_veth(kLink, kPeer);
  netlink_->bring_up(kPeer);
  netlink_->bring_up(kLink);
  const Machine machine = machine_of(network);
  std::vector<InterfaceAddress> addresses;
  for (const char *text : machine.addresses) addresses.push_back(parse_interface_address(text, false));
  for (const char *text : machine.deprecated) addresses.push_back(parse_interface_address(text, true));
  bool has_route[2] = {};
  for (const InterfaceAddress &address : addresses) {
    netlink_->add_address(kLink, address);
    bool &routed = has_route[address.family == AF_INET6];
    if (!routed && !is_link_local(address)) {
      netlink_->add_default_route(kLink, address.family);
      routed = true;
    }
  }
}

}  // namespace dns_cares_test
