#ifndef STRATA_SERVER_RPC_CONVERT_VALUE_H_
#define STRATA_SERVER_RPC_CONVERT_VALUE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/kpi/query.h"
#include "server/domain/money.h"
#include "strata/v1/kpi_service.pb.h"
#include "strata/v1/types.pb.h"

// Typed values and the catalogues' words, from analytics to protobuf.

namespace strata::rpc {

void ToProto(const Amount& amount, v1::Amount* out);
// A sum, or NULL_REASON_OUT_OF_RANGE where it leaves what an Amount holds.
void Money(MicrosSum micros, v1::Amount* out);
void Money(MicrosSum micros, v1::Value* out);
// Likewise of micros / divisor, rounded to a billionth; divisor > 0.
void MoneyRatio(MicrosSum micros, int64_t divisor, v1::Amount* out);
// INVALID_ARGUMENT naming `field`: signs that differ, nanos out of range, more than six decimals,
// or an amount that does not fit in micros.
absl::StatusOr<Micros> MicrosFrom(const v1::Amount& amount, absl::string_view field);

void ToProto(const analytics::fields::Value& value, v1::Value* out);
// With the interval and the sample's size where the cell has them.
void ToProto(const analytics::fields::Cell& cell, v1::Value* out);

v1::ValueType ToProto(analytics::fields::ValueType type);
v1::Grain ToProto(analytics::fields::Grain grain);
v1::NullReason ToProto(analytics::fields::NullReason reason);
void ToProto(const analytics::fields::Field& field, v1::Field* out);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_VALUE_H_
