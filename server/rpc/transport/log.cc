#include "server/rpc/transport/log.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "server/base/clock.h"
#include "server/domain/day.h"
#include "server/domain/unicode.h"
#include "spdlog/logger.h"
#include "spdlog/sinks/stdout_sinks.h"

namespace strata::rpc {
namespace {

constexpr absl::string_view kLevels[] = {"debug", "info", "warn", "error", "off"};

// Numbers with a fraction are milliseconds: no more digits than a clock is good for.
double ToThousandths(double number) { return std::round(number * 1000) / 1000; }

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
  nlohmann::ordered_json line = {{"time", FormatInstant(time)},
                                 {"level", std::string(kLevels[static_cast<size_t>(level)])},
                                 {"event", std::string(event)}};
  for (const Field& field : fields) {
    nlohmann::ordered_json& value = line[std::string(field.key)];
    if (const auto* text = std::get_if<absl::string_view>(&field.value)) {
      value = std::string(*text);
    } else if (const auto* integer = std::get_if<int64_t>(&field.value)) {
      value = *integer;
    } else {
      value = ToThousandths(std::get<double>(field.value));
    }
  }
  // A log is read in a terminal too: nothing unseen stands in it.
  return PrintableJson(line.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false,
                                 nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace strata::rpc
