#ifndef STRATA_SERVER_RPC_SERVICES_INSIGHT_WORDS_H_
#define STRATA_SERVER_RPC_SERVICES_INSIGHT_WORDS_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/analytics/stats/roc.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/domain/money.h"
#include "server/rpc/convert/value.h"
#include "strata/v1/insight_service.pb.h"

// What the handlers of InsightService share: requests' numbers in, common messages out.

namespace strata::rpc {

// A value of the request that is 0 takes the default; others must lie in [low, high].
template <typename T>
absl::StatusOr<T> InRange(absl::string_view field, T value, T standard, T low, T high) {
  if (value == T{0}) return standard;
  if (!(value >= low && value <= high)) {  // NaN is refused too
    return FieldError(field, absl::StrCat(value, " does not lie in ", low, " to ", high));
  }
  return value;
}

inline void NumberOrNull(const std::optional<double>& number, v1::Value* out) {
  if (number.has_value()) {
    out->set_number(*number);
  } else {
    out->set_null(v1::NULL_REASON_NOT_ENOUGH_HISTORY);
  }
}

// An AUC with its DeLong interval; null without cases or controls.
inline void ToProto(const std::optional<analytics::stats::Auc>& auc, v1::Value* out) {
  if (!auc.has_value()) return out->set_null(v1::NULL_REASON_NO_RECORDS);
  out->set_number(auc->auc);
  out->mutable_interval()->set_low(auc->low);
  out->mutable_interval()->set_high(auc->high);
  out->mutable_interval()->set_level(auc->level);
  out->mutable_interval()->set_method("delong");
  out->set_sample_size(auc->cases + auc->controls);
  out->set_small_sample(auc->cases < 30 || auc->controls < 30);
}

// `reason` is empty when the data carry the answer.
inline void SetCoverage(int64_t customers, int64_t records, int64_t left_out,
                        absl::string_view reason, v1::Coverage* out) {
  out->set_sufficient(reason.empty());
  out->set_reason(std::string(reason));
  out->set_customers(customers);
  out->set_records(records);
  out->set_left_out(left_out);
}

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SERVICES_INSIGHT_WORDS_H_
