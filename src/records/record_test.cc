// One record of each type: how it is printed and what it says. The data are those that NSD sends for the same text in a
// zone file.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dns_cares/records.h"
#include "records/layout.h"

namespace dns_cares {
namespace {

using Data = std::vector<unsigned char>;

Data from_hex(const std::string &text) {
  Data data;
  std::string digits;
  for (const char c : text) {
    if (c != ' ') digits += c;
  }
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    data.push_back(static_cast<unsigned char>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return data;
}

Data from_text(const std::string &text) { return {text.begin(), text.end()}; }

Data operator+(Data a, const Data &b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// A record with the data, which must outlive it.
dns_record record_of(int type, const Data &data) {
  return {.next = nullptr,
          .name = "a.test.",
          .type = static_cast<std::uint16_t>(type),
          .rrclass = 1,
          .ttl = 60,
          .rdata = {data.data(), data.size()}};
}

std::string printed(int type, const Data &data) {
  char text[4096];
  const dns_record record = record_of(type, data);
  const int length = dns_record_print_data(&record, text, sizeof text);
  EXPECT_EQ(std::string(text).size(), static_cast<std::size_t>(length));
  return text;
}

std::string text_of(const dns_octets &octets) { return {reinterpret_cast<const char *>(octets.data), octets.size}; }

const Data kHost = from_hex("02 6e73 04 74657374 00");  // ns.test.

TEST(Record, A) {
  const Data data = from_hex("c0000201");
  dns_a a;
  const dns_record record = record_of(DNS_TYPE_A, data);
  ASSERT_EQ(dns_record_a(&record, &a), DNS_OK);
  EXPECT_EQ(ntohl(a.address.s_addr), 0xc0000201U);
  EXPECT_EQ(printed(DNS_TYPE_A, data), "192.0.2.1");
}

TEST(Record, Aaaa) {
  const Data data = from_hex("20010db8 00000000 00010000 00000001");
  dns_aaaa aaaa;
  const dns_record record = record_of(DNS_TYPE_AAAA, data);
  ASSERT_EQ(dns_record_aaaa(&record, &aaaa), DNS_OK);
  EXPECT_TRUE(std::equal(data.begin(), data.end(), aaaa.address.s6_addr));
  EXPECT_EQ(printed(DNS_TYPE_AAAA, data), "2001:db8::1:0:0:1");
}

TEST(Record, OneNameOnly) {
  dns_target target;
  dns_record record = record_of(DNS_TYPE_CNAME, kHost);
  ASSERT_EQ(dns_record_cname(&record, &target), DNS_OK);
  EXPECT_STREQ(target.name, "ns.test.");
  record.type = DNS_TYPE_NS;
  EXPECT_EQ(dns_record_ns(&record, &target), DNS_OK);
  record.type = DNS_TYPE_PTR;
  EXPECT_EQ(dns_record_ptr(&record, &target), DNS_OK);
  record.type = DNS_TYPE_DNAME;
  EXPECT_EQ(dns_record_dname(&record, &target), DNS_OK);
  for (const int type : {2, 5, 7, 8, 9, 12, 39}) {
    EXPECT_EQ(printed(type, kHost), "ns.test.");
  }
}

TEST(Record, Soa) {
  const Data data = kHost + from_hex("05 61646d696e 00 00000001 00000e10 00000258 00015180 0000003c");
  dns_soa soa;
  const dns_record record = record_of(DNS_TYPE_SOA, data);
  ASSERT_EQ(dns_record_soa(&record, &soa), DNS_OK);
  EXPECT_STREQ(soa.mname, "ns.test.");
  EXPECT_STREQ(soa.rname, "admin.");
  EXPECT_EQ(soa.serial, 1u);
  EXPECT_EQ(soa.refresh, 3600u);
  EXPECT_EQ(soa.retry, 600u);
  EXPECT_EQ(soa.expire, 86400u);
  EXPECT_EQ(soa.minimum, 60u);
  EXPECT_EQ(printed(DNS_TYPE_SOA, data), "ns.test. admin. 1 3600 600 86400 60");
}

TEST(Record, Mx) {
  const Data data = from_hex("000a") + kHost;
  dns_mx mx;
  const dns_record record = record_of(DNS_TYPE_MX, data);
  ASSERT_EQ(dns_record_mx(&record, &mx), DNS_OK);
  EXPECT_EQ(mx.preference, 10);
  EXPECT_STREQ(mx.exchange, "ns.test.");
  EXPECT_EQ(printed(DNS_TYPE_MX, data), "10 ns.test.");
  EXPECT_EQ(printed(DNS_TYPE_MX, from_hex("0000 00")), "0 .");
}

TEST(Record, Txt) {
  const Data data = from_hex("03 6f6e65 06") + from_text("a\"b\\\303\274") + from_hex("00 03 00097f");
  dns_txt txt;
  dns_octets string;
  const dns_record record = record_of(DNS_TYPE_TXT, data);
  ASSERT_EQ(dns_record_txt(&record, &txt), DNS_OK);
  ASSERT_EQ(dns_txt_string(&txt, 0, &string), 1);
  EXPECT_EQ(text_of(string), "one");
  ASSERT_EQ(dns_txt_string(&txt, 2, &string), 1);
  EXPECT_EQ(text_of(string), "");
  ASSERT_EQ(dns_txt_string(&txt, 3, &string), 1);
  EXPECT_EQ(string.size, 3u);
  EXPECT_EQ(dns_txt_string(&txt, 4, &string), 0);
  EXPECT_EQ(printed(DNS_TYPE_TXT, data), R"("one" "a\"b\\\195\188" "" "\000\009\127")");
}

TEST(Record, Hinfo) {
  const Data data = from_hex("08") + from_text("PC clone") + from_hex("05") + from_text("Linux");
  dns_hinfo hinfo;
  const dns_record record = record_of(DNS_TYPE_HINFO, data);
  ASSERT_EQ(dns_record_hinfo(&record, &hinfo), DNS_OK);
  EXPECT_EQ(text_of(hinfo.cpu), "PC clone");
  EXPECT_EQ(text_of(hinfo.os), "Linux");
  EXPECT_EQ(printed(DNS_TYPE_HINFO, data), R"("PC clone" "Linux")");
}

TEST(Record, Srv) {
  const Data data = from_hex("0001 0002 01bb") + kHost;
  dns_srv srv;
  const dns_record record = record_of(DNS_TYPE_SRV, data);
  ASSERT_EQ(dns_record_srv(&record, &srv), DNS_OK);
  EXPECT_EQ(srv.priority, 1);
  EXPECT_EQ(srv.weight, 2);
  EXPECT_EQ(srv.port, 443);
  EXPECT_STREQ(srv.target, "ns.test.");
  EXPECT_EQ(printed(DNS_TYPE_SRV, data), "1 2 443 ns.test.");
}

TEST(Record, Naptr) {
  const Data data = from_hex("0064 000a 01 53 07") + from_text("SIP+D2U") + from_hex("04") + from_text("!a\\!") + kHost;
  dns_naptr naptr;
  const dns_record record = record_of(DNS_TYPE_NAPTR, data);
  ASSERT_EQ(dns_record_naptr(&record, &naptr), DNS_OK);
  EXPECT_EQ(naptr.order, 100);
  EXPECT_EQ(naptr.preference, 10);
  EXPECT_EQ(text_of(naptr.flags), "S");
  EXPECT_EQ(text_of(naptr.services), "SIP+D2U");
  EXPECT_EQ(text_of(naptr.regexp), "!a\\!");
  EXPECT_STREQ(naptr.replacement, "ns.test.");
  EXPECT_EQ(printed(DNS_TYPE_NAPTR, data), R"(100 10 "S" "SIP+D2U" "!a\\!" ns.test.)");
}

TEST(Record, Uri) {
  const Data data = from_hex("000a 0001") + from_text("https://a.test/\"");
  dns_uri uri;
  const dns_record record = record_of(DNS_TYPE_URI, data);
  ASSERT_EQ(dns_record_uri(&record, &uri), DNS_OK);
  EXPECT_EQ(uri.priority, 10);
  EXPECT_EQ(uri.weight, 1);
  EXPECT_EQ(text_of(uri.target), "https://a.test/\"");
  EXPECT_EQ(printed(DNS_TYPE_URI, data), R"(10 1 "https://a.test/\"")");
}

TEST(Record, Caa) {
  const Data data = from_hex("80 05") + from_text("issueca.test");
  dns_caa caa;
  const dns_record record = record_of(DNS_TYPE_CAA, data);
  ASSERT_EQ(dns_record_caa(&record, &caa), DNS_OK);
  EXPECT_EQ(caa.flags, 128);
  EXPECT_EQ(text_of(caa.tag), "issue");
  EXPECT_EQ(text_of(caa.value), "ca.test");
  EXPECT_EQ(printed(DNS_TYPE_CAA, data), R"(128 issue "ca.test")");
}

TEST(Record, Tlsa) {
  const Data data = from_hex("03 01 02 00abff");
  dns_tlsa tlsa;
  const dns_record record = record_of(DNS_TYPE_TLSA, data);
  ASSERT_EQ(dns_record_tlsa(&record, &tlsa), DNS_OK);
  EXPECT_EQ(tlsa.usage, 3);
  EXPECT_EQ(tlsa.selector, 1);
  EXPECT_EQ(tlsa.matching_type, 2);
  EXPECT_EQ(tlsa.data.size, 3u);
  EXPECT_EQ(printed(DNS_TYPE_TLSA, data), "3 1 2 00abff");
}

TEST(Record, Sshfp) {
  const Data data = from_hex("04 02 1234");
  dns_sshfp sshfp;
  const dns_record record = record_of(DNS_TYPE_SSHFP, data);
  ASSERT_EQ(dns_record_sshfp(&record, &sshfp), DNS_OK);
  EXPECT_EQ(sshfp.algorithm, 4);
  EXPECT_EQ(sshfp.fingerprint_type, 2);
  EXPECT_EQ(sshfp.fingerprint.size, 2u);
  EXPECT_EQ(printed(DNS_TYPE_SSHFP, data), "4 2 1234");
}

TEST(Record, Ds) {
  const Data data = from_hex("ec45 05 01 2bb183");
  dns_ds ds;
  const dns_record record = record_of(DNS_TYPE_DS, data);
  ASSERT_EQ(dns_record_ds(&record, &ds), DNS_OK);
  EXPECT_EQ(ds.key_tag, 60485);
  EXPECT_EQ(ds.algorithm, 5);
  EXPECT_EQ(ds.digest_type, 1);
  EXPECT_EQ(ds.digest.size, 3u);
  EXPECT_EQ(printed(DNS_TYPE_DS, data), "60485 5 1 2bb183");
}

TEST(Record, Dnskey) {
  const Data data = from_hex("0101 03 08 fbff0001");
  dns_dnskey dnskey;
  const dns_record record = record_of(DNS_TYPE_DNSKEY, data);
  ASSERT_EQ(dns_record_dnskey(&record, &dnskey), DNS_OK);
  EXPECT_EQ(dnskey.flags, 257);
  EXPECT_EQ(dnskey.protocol, 3);
  EXPECT_EQ(dnskey.algorithm, 8);
  EXPECT_EQ(dnskey.public_key.size, 4u);
  EXPECT_EQ(printed(DNS_TYPE_DNSKEY, data), "257 3 8 +/8AAQ==");
  EXPECT_EQ(printed(DNS_TYPE_DNSKEY, from_hex("0101 03 08 fbff00")), "257 3 8 +/8A");
  EXPECT_EQ(printed(DNS_TYPE_DNSKEY, from_hex("0101 03 08 fbff000102")), "257 3 8 +/8AAQI=");
}

TEST(Record, Loc) {
  const Data data = from_hex("00 00 16 13 8b3cf018 810cbce0 009895b8");
  dns_loc loc;
  const dns_record record = record_of(DNS_TYPE_LOC, data);
  ASSERT_EQ(dns_record_loc(&record, &loc), DNS_OK);
  EXPECT_NEAR(loc.latitude, 52 + 22 / 60.0 + 23 / 3600.0, 1e-9);
  EXPECT_NEAR(loc.longitude, 4 + 53 / 60.0 + 32 / 3600.0, 1e-9);
  EXPECT_EQ(loc.altitude, -2);
  EXPECT_EQ(loc.size, 0);
  EXPECT_EQ(loc.horizontal_precision, 10000);
  EXPECT_EQ(loc.vertical_precision, 10);
  EXPECT_EQ(printed(DNS_TYPE_LOC, data), "52 22 23.000 N 04 53 32.000 E -2m 0.00m 10000m 10m");
  EXPECT_EQ(printed(DNS_TYPE_LOC, from_hex("00 11 12 33 7ffffc17 80000000 00989681")),
            "00 00 1.001 S 00 00 0.000 E 0.01m 0.10m 1m 30m");
}

TEST(Record, Svcb) {
  const Data data = from_hex("0001") + kHost + from_hex("0000 0004 0001 0004") +  // mandatory
                    from_hex("0001 0006 02") + from_text("h2") + from_hex("02") + from_text("h3") +
                    from_hex("0002 0000") +                    // no-default-alpn
                    from_hex("0003 0002 20fb") +               // port
                    from_hex("0004 0008 c0000201 c0000202") +  // ipv4hint
                    from_hex("0005 0005 0045fe0d00") +         // ech
                    from_hex("0006 0010 20010db8000000000000000000000001") + from_hex("029b 0006") +
                    from_text("a b\322\"c");  // key667
  dns_svcb svcb;
  const dns_record record = record_of(DNS_TYPE_SVCB, data);
  ASSERT_EQ(dns_record_svcb(&record, &svcb), DNS_OK);
  EXPECT_EQ(svcb.priority, 1);
  EXPECT_STREQ(svcb.target, "ns.test.");
  unsigned key = 0;
  dns_octets value;
  ASSERT_EQ(dns_svcb_param(&svcb, 1, &key, &value), 1);
  EXPECT_EQ(key, unsigned{DNS_SVC_ALPN});
  EXPECT_EQ(text_of(value), "\2h2\2h3");
  ASSERT_EQ(dns_svcb_param(&svcb, 7, &key, &value), 1);
  EXPECT_EQ(key, 667u);
  EXPECT_EQ(dns_svcb_param(&svcb, 8, &key, &value), 0);
  EXPECT_EQ(printed(DNS_TYPE_SVCB, data),
            "1 ns.test. mandatory=alpn,ipv4hint alpn=h2,h3 no-default-alpn port=8443 ipv4hint=192.0.2.1,192.0.2.2 "
            "ech=AEX+DQA= ipv6hint=2001:db8::1 key667=a\\032b\\210\\\"c");
}

TEST(Record, HttpsInAliasMode) {
  const Data data = from_hex("0000") + kHost;
  dns_svcb svcb;
  unsigned key;
  dns_octets value;
  const dns_record record = record_of(DNS_TYPE_HTTPS, data);
  ASSERT_EQ(dns_record_https(&record, &svcb), DNS_OK);
  EXPECT_EQ(svcb.priority, 0);
  EXPECT_EQ(dns_svcb_param(&svcb, 0, &key, &value), 0);
  EXPECT_EQ(printed(DNS_TYPE_HTTPS, data), "0 ns.test.");
}

TEST(Record, CommaAndBackslashInAProtocolAreEscapedTwice) {
  const Data data = from_hex("0001 00 0001 000c 08") + from_text("f\\oo,bar") + from_hex("02") + from_text("h2");
  EXPECT_EQ(printed(DNS_TYPE_SVCB, data), R"(1 . alpn=f\\\\oo\\,bar,h2)");
}

TEST(Record, ParameterThatIsNotOfItsKeyIsPrintedAsItIs) {
  EXPECT_EQ(printed(DNS_TYPE_SVCB, from_hex("0001 00 0003 0001 41")), "1 . port=A");
  EXPECT_EQ(printed(DNS_TYPE_SVCB, from_hex("0001 00 0001 0002 0541")), "1 . alpn=\\005A");
}

TEST(Record, Rrsig) {
  const Data data = from_hex("0001 05 03 00015180 71b64b9f 5e4e1e1f 0a52") + kHost + from_hex("a090");
  EXPECT_EQ(printed(46, data), "A 5 3 86400 20300615164519 20200220055023 2642 ns.test. oJA=");
}

TEST(Record, Nsec) {
  EXPECT_EQ(printed(47, kHost + from_hex("00 02 4001 04 1b") + Data(26) + from_hex("20")), "ns.test. A MX TYPE1234");
}

TEST(Record, OfAnyOtherTypeIsPrintedAsRawData) {
  EXPECT_EQ(printed(65280, from_hex("0a000001")), "\\# 4 0a000001");
  EXPECT_EQ(printed(65281, {}), "\\# 0");
  EXPECT_EQ(printed(42, from_hex("0001")), "\\# 2 0001") << "APL: known by name alone";
}

TEST(Record, MalformedDataIsPrintedAsRawDataAndNotRead) {
  const Data data = from_hex("000a");
  dns_mx mx;
  const dns_record record = record_of(DNS_TYPE_MX, data);
  EXPECT_EQ(dns_record_mx(&record, &mx), DNS_EBADRESP);
  EXPECT_EQ(printed(DNS_TYPE_MX, data), "\\# 2 000a");
}

TEST(Record, LocOfAnotherVersionIsPrintedAsRawDataAndNotRead) {
  const Data data = from_hex("01 12 16 13 00000000 00000000 00000000");
  dns_loc loc;
  const dns_record record = record_of(DNS_TYPE_LOC, data);
  EXPECT_EQ(dns_record_loc(&record, &loc), DNS_EBADRESP);
  EXPECT_EQ(printed(DNS_TYPE_LOC, data), "\\# 16 01121613000000000000000000000000");
}

TEST(Record, IsNotReadAsOneOfAnotherType) {
  const dns_record record = record_of(DNS_TYPE_CNAME, kHost);
  dns_target target;
  EXPECT_EQ(dns_record_ns(&record, &target), DNS_ENODATA);
}

// A program that was built with an older version of the header has a shorter struct.
TEST(Record, IsReadNoFurtherThanTheStructGoes) {
  const Data data = from_hex("0001 0002 01bb") + kHost;
  const dns_record record = record_of(DNS_TYPE_SRV, data);
  std::uint16_t members[3] = {0, 0, 7};
  ASSERT_EQ(dns_record_read(&record, DNS_TYPE_SRV, members, 2 * sizeof members[0]), DNS_OK);
  EXPECT_EQ(members[1], 2);
  EXPECT_EQ(members[2], 7);
}

TEST(Record, IsPrintedWithOwnerTtlClassAndType) {
  const Data data = from_hex("000a") + kHost;
  dns_record record = record_of(DNS_TYPE_MX, data);
  char text[64];
  EXPECT_EQ(dns_record_print(&record, text, sizeof text), 28);
  EXPECT_STREQ(text, "a.test.\t60\tIN\tMX\t10 ns.test.");
  record.rrclass = 3;
  dns_record_print(&record, text, sizeof text);
  EXPECT_STREQ(text, "a.test.\t60\tCLASS3\tMX\t10 ns.test.");
}

TEST(Record, IsPrintedAsFarAsThereIsRoom) {
  const Data data = from_hex("000a") + kHost;
  const dns_record record = record_of(DNS_TYPE_MX, data);
  char text[8] = "xxxxxxx";
  EXPECT_EQ(dns_record_print_data(&record, text, 5), 11);
  EXPECT_STREQ(text, "10 n");
  EXPECT_EQ(text[5], 'x');
  EXPECT_EQ(dns_record_print_data(&record, nullptr, 0), 11);
}

TEST(TypeName, IsThatOfTheRegistry) {
  char text[16];
  EXPECT_EQ(dns_type_name(DNS_TYPE_MX, text, sizeof text), 2);
  EXPECT_STREQ(text, "MX");
  EXPECT_EQ(dns_type_name(65280, text, sizeof text), 9);
  EXPECT_STREQ(text, "TYPE65280");
  EXPECT_EQ(dns_type_name(-1, text, sizeof text), -1);
  EXPECT_EQ(dns_type_name(65536, text, sizeof text), -1);
}

TEST(TypeName, IsReadInAnyCaseAndAsANumber) {
  EXPECT_EQ(dns_type_from_name("https"), DNS_TYPE_HTTPS);
  EXPECT_EQ(dns_type_from_name("NSEC3PARAM"), 51);
  EXPECT_EQ(dns_type_from_name("TYPE15"), DNS_TYPE_MX);
  EXPECT_EQ(dns_type_from_name("type65535"), 65535);
  for (const char *none : {"", "MXX", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "TYPE99999999999"}) {
    EXPECT_EQ(dns_type_from_name(none), -1) << none;
  }
  EXPECT_EQ(dns_type_from_name(nullptr), -1);
}

// Data of every kind, whatever is left of them or changed in them, are read, printed or found malformed. (What is read
// beyond their end, the sanitizers find: the data are a block of their own.)
TEST(Record, WhateverItsDataNothingBeyondThemIsRead) {
  char text[8192];
  alignas(std::max_align_t) unsigned char any[sizeof(dns_soa)];
  for (int type = 0; type < 300; ++type) {
    if (find_layout(static_cast<unsigned>(type)) == nullptr) continue;
    for (std::size_t size = 0; size < 40; ++size) {
      for (const int filling : {0, 1, 2, 9, 0xc0, 0xff}) {
        const Data data(size, static_cast<unsigned char>(filling));
        const dns_record record = record_of(type, data);
        EXPECT_GT(dns_record_print_data(&record, text, sizeof text), 0);
        dns_record_read(&record, type, any, sizeof any);
      }
    }
  }
}

}  // namespace
}  // namespace dns_cares
