#include "server/rpc/log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "server/base/clock.h"
#include "server/domain/day.h"
#include "server/domain/unicode.h"
#include "spdlog/logger.h"
#include "spdlog/sinks/stdout_sinks.h"

namespace strata::rpc {
namespace {

constexpr absl::string_view kLevels[] = {"debug", "info", "warn", "error", "off"};

// A log is read in a terminal too: nothing unseen stands in it.
void AppendQuoted(absl::string_view text, std::string& line) {
  const std::string quoted = absl::StrReplaceAll(
      text, {{"\"", "\\\""}, {"\\", "\\\\"}, {"\n", "\\n"}, {"\r", "\\r"}, {"\t", "\\t"}});
  absl::StrAppend(&line, "\"", PrintableJson(quoted), "\"");
}

}  // namespace

struct Log::Sink {
  spdlog::logger logger{"strata", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view name) {
  for (size_t i = 0; i < std::size(kLevels); ++i) {
    if (kLevels[i] == name) return static_cast<LogLevel>(i);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("log level \"", name, "\" is none of debug, info, warn, error, off"));
}

Log::Log(LogLevel level) : level_(level), sink_(std::make_unique<Sink>()) {
  sink_->logger.set_pattern("%v");
  sink_->logger.set_level(spdlog::level::trace);
}

Log::~Log() = default;

void Log::Write(LogLevel level, absl::string_view event, std::initializer_list<Field> fields) {
  if (!Wants(level) || level == LogLevel::kOff) return;
  const std::string line = Line(Clock::System().NowMillis(), level, event, fields);
  sink_->logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

std::string Log::Line(int64_t time, LogLevel level, absl::string_view event,
                      std::initializer_list<Field> fields) {
  std::string line = absl::StrCat("{\"time\":\"", FormatInstant(time), "\",\"level\":\"",
                                  kLevels[static_cast<size_t>(level)], "\",\"event\":");
  AppendQuoted(event, line);
  for (const Field& field : fields) {
    absl::StrAppend(&line, ",\"", field.key, "\":");
    if (const auto* text = std::get_if<absl::string_view>(&field.value)) {
      AppendQuoted(*text, line);
    } else if (const auto* integer = std::get_if<int64_t>(&field.value)) {
      absl::StrAppend(&line, *integer);
    } else {
      absl::StrAppendFormat(&line, "%.3f", std::get<double>(field.value));
    }
  }
  line.push_back('}');
  return line;
}

}  // namespace strata::rpc
