#include "server/rpc/log.h"

#include "gtest/gtest.h"

namespace strata::rpc {
namespace {

TEST(LogTest, LineIsOneJsonObject) {
  EXPECT_EQ(Log::Line(1'735'689'599'123, LogLevel::kInfo, "call",
                      {{"method", "KpiService/QueryKpis"},
                       {"records", int64_t{7}},
                       {"duration_ms", 1.5},
                       {"message", "a \"b\"\\\n\x01ü"}}),
            "{\"time\":\"2024-12-31T23:59:59.123Z\",\"level\":\"info\",\"event\":\"call\","
            "\"method\":\"KpiService/QueryKpis\",\"records\":7,\"duration_ms\":1.500,"
            "\"message\":\"a \\\"b\\\"\\\\\\n\\u0001ü\"}");
}

TEST(LogTest, LevelsAreOrdered) {
  const Log log(*ParseLogLevel("warn"));
  EXPECT_FALSE(log.Wants(LogLevel::kInfo));
  EXPECT_TRUE(log.Wants(LogLevel::kWarn));
  EXPECT_TRUE(log.Wants(LogLevel::kError));
  EXPECT_FALSE(ParseLogLevel("loud").ok());
}

}  // namespace
}  // namespace strata::rpc
