#include "server/rpc/convert/value.h"

#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"

namespace strata::rpc {
namespace {

constexpr int32_t kNanosAMicro = 1'000;
constexpr int32_t kNanosAUnit = 1'000'000'000;
constexpr int64_t kSmallSample = 30;

struct ValueWriter {
  v1::Value* out;

  void operator()(analytics::fields::NullReason reason) const { out->set_null(ToProto(reason)); }
  void operator()(bool value) const { out->set_boolean(value); }
  void operator()(int64_t value) const { out->set_integer(value); }
  void operator()(double value) const { out->set_number(value); }
  void operator()(const Amount& value) const { ToProto(value, out->mutable_money()); }
  void operator()(analytics::fields::DateValue value) const { out->set_date(FormatDay(value.day)); }
  void operator()(const std::string& value) const { out->set_text(value); }
};

}  // namespace

void ToProto(const Amount& amount, v1::Amount* out) {
  out->set_units(amount.units);
  out->set_nanos(amount.nanos);
}

namespace {

void ToProto(const absl::StatusOr<Amount>& amount, v1::Amount* out) {
  if (amount.ok()) {
    rpc::ToProto(*amount, out);
  } else {
    out->set_null(v1::NULL_REASON_OUT_OF_RANGE);
  }
}

}  // namespace

void Money(MicrosSum micros, v1::Amount* out) { ToProto(AmountFromMicros(micros), out); }
void MoneyRatio(MicrosSum micros, int64_t divisor, v1::Amount* out) {
  ToProto(AmountFromRatio(micros, divisor), out);
}
void Money(MicrosSum micros, v1::Value* out) {
  ToProto(analytics::fields::ValueOfMicros(micros), out);
}

absl::StatusOr<Micros> MicrosFrom(const v1::Amount& amount, absl::string_view field) {
  if (amount.null() != v1::NULL_REASON_UNSPECIFIED) {
    return FieldError(absl::StrCat(field, ".null"), "a setting needs an amount");
  }
  const int64_t units = amount.units();
  const int32_t nanos = amount.nanos();
  if (nanos <= -kNanosAUnit || nanos >= kNanosAUnit) {
    return FieldError(absl::StrCat(field, ".nanos"), absl::StrCat(nanos, " is a unit or more"));
  }
  if ((units > 0 && nanos < 0) || (units < 0 && nanos > 0)) {
    return FieldError(field, "units and nanos have different signs");
  }
  if (nanos % kNanosAMicro != 0) {
    return FieldError(absl::StrCat(field, ".nanos"), "an amount has at most six decimals");
  }
  Micros micros = 0;
  if (__builtin_mul_overflow(units, kMicrosAUnit, &micros) ||
      __builtin_add_overflow(micros, Micros{nanos / kNanosAMicro}, &micros) ||
      micros == kNoAmount) {
    return FieldError(field, absl::StrCat(units, " units are too many"));
  }
  return micros;
}

void ToProto(const analytics::fields::Value& value, v1::Value* out) {
  std::visit(ValueWriter{out}, value);
}

void ToProto(const analytics::fields::Cell& cell, v1::Value* out) {
  ToProto(cell.value, out);
  if (!cell.interval.has_value()) return;
  out->mutable_interval()->set_low(cell.interval->low);
  out->mutable_interval()->set_high(cell.interval->high);
  out->mutable_interval()->set_level(cell.interval->level);
  out->mutable_interval()->set_method(cell.interval->method);
  out->set_sample_size(cell.sample_size);
  out->set_small_sample(cell.sample_size < kSmallSample);
}

v1::ValueType ToProto(analytics::fields::ValueType type) {
  switch (type) {
    case analytics::fields::ValueType::kText:
      return v1::VALUE_TYPE_TEXT;
    case analytics::fields::ValueType::kInteger:
      return v1::VALUE_TYPE_INTEGER;
    case analytics::fields::ValueType::kNumber:
      return v1::VALUE_TYPE_NUMBER;
    case analytics::fields::ValueType::kMoney:
      return v1::VALUE_TYPE_MONEY;
    case analytics::fields::ValueType::kBoolean:
      return v1::VALUE_TYPE_BOOLEAN;
    case analytics::fields::ValueType::kDate:
      return v1::VALUE_TYPE_DATE;
  }
  return v1::VALUE_TYPE_UNSPECIFIED;
}

v1::Grain ToProto(analytics::fields::Grain grain) {
  switch (grain) {
    case analytics::fields::Grain::kCustomer:
      return v1::GRAIN_CUSTOMER;
    case analytics::fields::Grain::kOrder:
      return v1::GRAIN_ORDER;
    case analytics::fields::Grain::kLine:
      return v1::GRAIN_LINE;
    case analytics::fields::Grain::kTicket:
      return v1::GRAIN_TICKET;
    case analytics::fields::Grain::kContract:
      return v1::GRAIN_CONTRACT;
    case analytics::fields::Grain::kSurvey:
      return v1::GRAIN_SURVEY;
    case analytics::fields::Grain::kEvent:
      return v1::GRAIN_EVENT;
  }
  return v1::GRAIN_UNSPECIFIED;
}

v1::NullReason ToProto(analytics::fields::NullReason reason) {
  switch (reason) {
    case analytics::fields::NullReason::kNoRecords:
      return v1::NULL_REASON_NO_RECORDS;
    case analytics::fields::NullReason::kZeroDenominator:
      return v1::NULL_REASON_ZERO_DENOMINATOR;
    case analytics::fields::NullReason::kNotEnoughHistory:
      return v1::NULL_REASON_NOT_ENOUGH_HISTORY;
    case analytics::fields::NullReason::kUnknown:
      return v1::NULL_REASON_UNKNOWN;
    case analytics::fields::NullReason::kNotApplicable:
      return v1::NULL_REASON_NOT_APPLICABLE;
    case analytics::fields::NullReason::kOutOfRange:
      return v1::NULL_REASON_OUT_OF_RANGE;
  }
  return v1::NULL_REASON_UNSPECIFIED;
}

void ToProto(const analytics::fields::Field& field, v1::Field* out) {
  out->set_id(field.id);
  out->set_type(ToProto(field.type));
  out->set_unit(field.unit);
  out->set_grain(ToProto(field.grain));
  out->set_meaning(field.meaning);
  out->set_groupable(field.groupable);
  out->set_current_value(field.current_value);
}

}  // namespace strata::rpc
