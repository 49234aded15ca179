#ifndef STRATA_SERVER_RPC_TRANSPORT_LOG_H_
#define STRATA_SERVER_RPC_TRANSPORT_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace strata::rpc {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kOff };

// "debug", "info", "warn", "error", "off".
absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view name);

// Writes one JSON object a line to standard error:
//   {"time":"2024-12-31T23:59:59.123Z","level":"info","event":"call","method":"...", ...}
// Thread-safe.
class Log {
 public:
  explicit Log(LogLevel level);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  struct Field {
    absl::string_view key;  // lower_snake_case
    std::variant<absl::string_view, int64_t, double> value;
  };

  bool Wants(LogLevel level) const { return level >= level_; }
  void Write(LogLevel level, absl::string_view event, std::initializer_list<Field> fields);

  // The object without its line end, for `time` in milliseconds since 1970. It is valid JSON
  // whatever the texts hold: what is no UTF-8 becomes U+FFFD. Fractions have three decimals at
  // most; one that is no number is null.
  static std::string Line(int64_t time, LogLevel level, absl::string_view event,
                          std::initializer_list<Field> fields);

 private:
  struct Sink;
  LogLevel level_;
  std::unique_ptr<Sink> sink_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_LOG_H_
