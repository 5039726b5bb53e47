#include "resolver/nsswitch.h"

#include <gtest/gtest.h>

#include <string>

namespace dns_cares {
namespace {

// The sources of a file in their order, "!" after one that ends the lookup when it has no such name, "?" after one that
// does when it cannot tell.
std::string sources_in(std::string_view text) {
  std::string result;
  for (const HostSource &source : parse_nsswitch(text)) {
    if (!result.empty()) result += ' ';
    result += source.kind == HostSource::Kind::kFiles ? "files" : "dns";
    if (source.stop_if_not_found) result += '!';
    if (source.stop_if_unavailable) result += '?';
  }
  return result;
}

TEST(Nsswitch, FilesGoBeforeDnsWhenNothingIsSaid) {
  EXPECT_EQ(sources_in(""), "files dns");
  EXPECT_EQ(sources_in("passwd: files\nnetworks: dns\n"), "files dns");
  EXPECT_EQ(sources_in("# hosts: dns\n#hosts: dns\n"), "files dns");
}

TEST(Nsswitch, OrderIsThatOfTheLine) {
  EXPECT_EQ(sources_in("passwd: files systemd\nhosts: files dns\n"), "files dns");
  EXPECT_EQ(sources_in("hosts: dns files\n"), "dns files");
}

TEST(Nsswitch, OneSourceMayBeAlone) {
  EXPECT_EQ(sources_in("hosts: files\n"), "files");
  EXPECT_EQ(sources_in("hosts: dns\n"), "dns");
}

TEST(Nsswitch, LastHostsLineCounts) { EXPECT_EQ(sources_in("hosts: files\nhosts: dns files\n"), "dns files"); }

TEST(Nsswitch, BlanksAndTheColonMayBeAnywhereGlibcTakesThem) {
  for (const char *text :
       {"hosts:dns files", " \thosts :\tdns  files \r\n", "hosts dns files\n", "hosts:: dns files\n"}) {
    EXPECT_EQ(sources_in(text), "dns files") << text;
  }
}

TEST(Nsswitch, NamesOfDatabasesAndServicesHaveCase) {
  EXPECT_EQ(sources_in("HOSTS: dns\n"), "files dns");
  EXPECT_EQ(sources_in("hosts: FILES dns\n"), "dns");
  EXPECT_EQ(sources_in("hostsx: dns\nxhosts: dns\n"), "files dns");
}

TEST(Nsswitch, OtherServicesAreSkipped) {
  EXPECT_EQ(sources_in("hosts: files mdns4_minimal [NOTFOUND=return] dns myhostname mymachines\n"), "files dns");
  EXPECT_EQ(sources_in("hosts: files,dns dns\n"), "dns");
}

TEST(Nsswitch, LineOfOtherServicesAloneLeavesNothing) { EXPECT_EQ(sources_in("hosts: nis ldap\n"), ""); }

TEST(Nsswitch, SourceNamedAgainStaysWhereItWasFirst) {
  EXPECT_EQ(sources_in("hosts: dns [NOTFOUND=return] files dns files [NOTFOUND=return]\n"), "dns! files");
}

TEST(Nsswitch, ResolveStandsForTheServers) {
  EXPECT_EQ(sources_in("hosts: files myhostname resolve [!UNAVAIL=return] dns\n"), "files dns!");
}

// As some distributions have it. The service itself looks into the hosts file first, so that a name there is found.
TEST(Nsswitch, ResolveLooksIntoTheHostsFileFirst) {
  EXPECT_EQ(sources_in("hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns\n"), "files dns!");
  EXPECT_EQ(sources_in("hosts: resolve\n"), "files dns");
}

TEST(Nsswitch, ActionsBelongToTheSourceBeforeThem) {
  EXPECT_EQ(sources_in("hosts: files [NOTFOUND=return] dns\n"), "files! dns");
  EXPECT_EQ(sources_in("hosts: files dns [NOTFOUND=return]\n"), "files dns!");
  EXPECT_EQ(sources_in("hosts: dns [UNAVAIL=return] files\n"), "dns? files");
  EXPECT_EQ(sources_in("hosts: dns [NOTFOUND=return UNAVAIL=return] files\n"), "dns!? files");
}

TEST(Nsswitch, ActionsNeedNoBlanksAndHaveNoCase) {
  EXPECT_EQ(sources_in("hosts: files[notfound=Return]dns\n"), "files! dns");
  EXPECT_EQ(sources_in("hosts: files [ NOTFOUND = return UNAVAIL= return ] dns\n"), "files!? dns");
}

TEST(Nsswitch, NegatedActionIsThatOfAllOtherStatuses) {
  EXPECT_EQ(sources_in("hosts: dns [!UNAVAIL=return] files\n"), "dns! files");
  EXPECT_EQ(sources_in("hosts: dns [!NOTFOUND=return] files\n"), "dns? files");
  EXPECT_EQ(sources_in("hosts: dns [!SUCCESS=return] files\n"), "dns!? files");
}

TEST(Nsswitch, LaterActionWins) {
  EXPECT_EQ(sources_in("hosts: dns [!SUCCESS=return NOTFOUND=continue] files\n"), "dns? files");
  EXPECT_EQ(sources_in("hosts: dns [NOTFOUND=return !UNAVAIL=continue] files\n"), "dns files");
}

TEST(Nsswitch, ActionsOfOtherStatusesChangeNothing) {
  EXPECT_EQ(sources_in("hosts: files [TRYAGAIN=return SUCCESS=return] dns\n"), "files dns");
}

TEST(Nsswitch, MergeOfNothingStops) { EXPECT_EQ(sources_in("hosts: files [NOTFOUND=merge] dns\n"), "files! dns"); }

TEST(Nsswitch, SecondListOfActionsEndsTheLine) {
  EXPECT_EQ(sources_in("hosts: files [NOTFOUND=return] [NOTFOUND=continue] dns\n"), "files!");
}

TEST(Nsswitch, CommentMarkFurtherOnIsAnOrdinaryCharacter) {
  EXPECT_EQ(sources_in("hosts: files # dns\n"), "files dns");
  EXPECT_EQ(sources_in("hosts: files #dns\n"), "files");
}

TEST(Nsswitch, LineThatCannotBeReadCountsAsNone) {
  for (const char *services : {"", " ", "[NOTFOUND=return] dns", "dns [", "dns []", "dns [NOTFOUND", "dns [NOTFOUND]",
                               "dns [NOTFOUND=", "dns [NOTFOUND=]", "dns [NOTFOUND=return", "dns [NOTFOUND=maybe]",
                               "dns [FOUND=return]", "dns [! UNAVAIL=return]", "dns [=return]",
                               "dns [NOTFOUND=return,UNAVAIL=return]", "dns [!]", "dns [NOTFOUND==return]"}) {
    EXPECT_EQ(sources_in(std::string("hosts:") + services + '\n'), "files dns") << services;
  }
}

TEST(Nsswitch, LastLineNeedsNoEnd) { EXPECT_EQ(sources_in("hosts: dns"), "dns"); }

}  // namespace
}  // namespace dns_cares
