#include "server/rpc/transport/log.h"

#include <cmath>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace strata::rpc {
namespace {

TEST(LogTest, LineIsOneJsonObject) {
  EXPECT_EQ(Log::Line(1'735'689'599'123, LogLevel::kInfo, "call",
                      {{"method", "KpiService/QueryKpis"},
                       {"records", int64_t{7}},
                       {"duration_ms", 1.5},
                       {"message", "a \"b\"\\\n\x01ü"}}),
            "{\"time\":\"2024-12-31T23:59:59.123Z\",\"level\":\"info\",\"event\":\"call\","
            "\"method\":\"KpiService/QueryKpis\",\"records\":7,\"duration_ms\":1.5,"
            "\"message\":\"a \\\"b\\\"\\\\\\n\\u0001ü\"}");
}

// What the values of a line's "message" are when a JSON parser reads it.
std::string MessageIn(absl::string_view text) {
  const std::string line = Log::Line(0, LogLevel::kWarn, "call", {{"message", text}});
  const nlohmann::json object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  EXPECT_TRUE(object.is_object()) << line;
  return object.value("message", "");
}

TEST(LogTest, BytesThatAreNoUtf8AreReplaced) {
  EXPECT_EQ(MessageIn("caf\xe9 au lait"), "caf\ufffd au lait");  // Latin-1
  EXPECT_EQ(MessageIn("\xc3"), "\ufffd");                        // a character that was cut
  EXPECT_EQ(MessageIn("\xff\xfe"), "\ufffd\ufffd");              // UTF-16's mark
  EXPECT_EQ(MessageIn("\xed\xa0\x80"), "\ufffd\ufffd\ufffd");    // a surrogate
  EXPECT_EQ(MessageIn("caf\u00e9, \u5317\u4eac"), "caf\u00e9, \u5317\u4eac");
}

TEST(LogTest, EveryByteAloneAndInTextMakesALineOfJson) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    EXPECT_EQ(MessageIn(std::string(1, c)), byte < 0x80 ? std::string(1, c) : "\ufffd") << byte;
    EXPECT_EQ(MessageIn(std::string({'a', c, 'z'})),
              byte < 0x80 ? std::string({'a', c, 'z'}) : "a\ufffdz")
        << byte;
  }
}

TEST(LogTest, WhatIsNotSeenIsWrittenOutInTheLine) {
  const std::string line =
      Log::Line(0, LogLevel::kWarn, "call", {{"message", "a\x1b[31m\u202eb\x7f"}});
  EXPECT_NE(line.find("\"a\\u001b[31m\\u202eb\\u007f\""), std::string::npos) << line;
}

TEST(LogTest, FractionsAreNumbersOrNull) {
  EXPECT_NE(Log::Line(0, LogLevel::kInfo, "call", {{"duration_ms", 0.12345}})
                .find("\"duration_ms\":0.123}"),
            std::string::npos);
  EXPECT_NE(Log::Line(0, LogLevel::kInfo, "call", {{"duration_ms", std::nan("")}})
                .find("\"duration_ms\":null}"),
            std::string::npos);
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
