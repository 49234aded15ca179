#include "server/base/host_port.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace strata {
namespace {

using ::testing::HasSubstr;

TEST(HostPortTest, ReadsNamesAndAddresses) {
  for (const auto& [text, host, port] :
       {std::tuple("localhost:50051", "localhost", 50'051), std::tuple("0.0.0.0:0", "0.0.0.0", 0),
        std::tuple("strata_1.example.com:1", "strata_1.example.com", 1),
        std::tuple("[::]:65535", "::", 65'535),
        std::tuple("[fe80::1%eth0]:443", "fe80::1%eth0", 443)}) {
    const auto parsed = ParseHostPort(text, 0);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->host, host);
    EXPECT_EQ(parsed->port, port);
  }
}

TEST(HostPortTest, SaysWhatIsWrong) {
  for (const auto& [text, words] : {std::pair("localhost", "names no port"),
                                    std::pair("localhost:", "names no port"),
                                    std::pair("[::1]", "names no port"),
                                    std::pair(":50051", "names no host"),
                                    std::pair("", "names no host"),
                                    std::pair("[]:50051", "names no host"),
                                    std::pair("localhost:65536", "between 1 and 65535"),
                                    std::pair("localhost:0", "between 1 and 65535"),
                                    std::pair("localhost:-1", "between 1 and 65535"),
                                    std::pair("localhost:+80", "between 1 and 65535"),
                                    std::pair("localhost:80 ", "between 1 and 65535"),
                                    std::pair("localhost:http", "between 1 and 65535"),
                                    std::pair("localhost:000000080", "between 1 and 65535"),
                                    std::pair("::1:50051", "brackets"),
                                    std::pair("http://localhost:50051", "more than one colon"),
                                    std::pair("[::1:50051", "closing bracket"),
                                    std::pair("[::1]50051", "behind its bracket"),
                                    std::pair("[localhost]:50051", "names no host that could be"),
                                    std::pair("my host:50051", "names no host that could be"),
                                    std::pair("-x:50051", "names no host that could be")}) {
    const absl::Status status = ParseHostPort(text, 1).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words)) << text;
  }
}

}  // namespace
}  // namespace strata
