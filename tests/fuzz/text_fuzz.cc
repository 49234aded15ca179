// The small parsers on arbitrary text: what they take they give back.

#include <cstdint>
#include <cstdlib>

#include "client/cli/import/values/mapping_decimal.h"
#include "client/cli/import/values/mapping_time.h"
#include "server/domain/calendar.h"
#include "server/domain/day.h"
#include "server/domain/money.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void Days(absl::string_view text) {
  const auto day = strata::ParseDay(text);
  if (day.ok()) Require(strata::FormatDay(*day) == std::string(text));
}

void Amounts(absl::string_view text) {
  const auto micros = strata::ParseMicros(text);
  if (!micros.ok()) return;
  const auto again = strata::ParseMicros(strata::FormatMicros(*micros));
  Require(again.ok() && *again == *micros);
}

void Decimals(absl::string_view text) {
  const auto decimal = strata::imports::Decimal::Parse(text);
  if (!decimal.has_value()) return;
  const auto again = strata::imports::Decimal::Parse(decimal->ToString());
  Require(again.has_value() && again->ToString() == decimal->ToString());
  strata::imports::Decimal::Multiply(*decimal, *decimal);
  strata::imports::Decimal::Add(*decimal, *decimal);
  decimal->Round(2);
}

void Periods(absl::string_view text) {
  static const strata::Calendar calendar(absl::UTCTimeZone(), 4);
  using strata::PeriodUnit;
  for (const PeriodUnit unit :
       {PeriodUnit::kDay, PeriodUnit::kWeek, PeriodUnit::kMonth, PeriodUnit::kQuarter,
        PeriodUnit::kFiscalQuarter, PeriodUnit::kYear, PeriodUnit::kFiscalYear}) {
    const auto period = calendar.ParseLabel(unit, text);
    if (period.ok()) Require(calendar.Label(unit, *period) == std::string(text));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  Days(text);
  Amounts(text);
  Decimals(text);
  Periods(text);
  strata::imports::ParseInstant(text, absl::UTCTimeZone());
  strata::imports::ParseDate(text);
  // The first line as a format for the rest.
  const size_t cut = text.find('\n');
  if (cut != absl::string_view::npos) {
    strata::imports::ReformatDate(text.substr(cut + 1), text.substr(0, cut));
  }
  return 0;
}
