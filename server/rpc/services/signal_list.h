#ifndef STRATA_SERVER_RPC_SERVICES_SIGNAL_LIST_H_
#define STRATA_SERVER_RPC_SERVICES_SIGNAL_LIST_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/segment/population.h"
#include "strata/v1/insight_service.pb.h"

// The signals of one answer, by kind: analytics in, protobuf out.

namespace strata::rpc {

class SignalList {
 public:
  // At most `limit` signals of each kind; `rate` is the stated one of the kinds that are tested.
  SignalList(const analytics::fields::Scope& scope,
             const analytics::segment::Population& population, int limit, double rate,
             v1::ListSignalsResponse* response)
      : scope_(scope), population_(population), limit_(limit), rate_(rate), response_(*response) {}

  absl::Status AddWarnings(analytics::fields::ResultInfo* info);
  absl::Status AddEmerging(analytics::fields::ResultInfo* info);
  absl::Status AddNewcomers(analytics::fields::ResultInfo* info);
  absl::Status AddLost(analytics::fields::ResultInfo* info);
  absl::Status AddRenewals(int days, analytics::fields::ResultInfo* info);
  absl::Status AddUnowned(analytics::fields::ResultInfo* info);

 private:
  // Starts the next kind.
  void Begin(v1::SignalKind kind, std::string rule);
  void BeginTested(v1::SignalKind kind, int64_t tests, std::string rule);
  // nullptr where the list of this kind is full.
  absl::StatusOr<v1::Signal*> Add(absl::string_view type, image::Slot slot, std::string statement);
  // Tells in the notes what was tested, what was found and what is listed.
  void Tell(absl::string_view what, analytics::fields::ResultInfo* info) const;

  const std::string& Currency() const { return scope_.revision->settings->currency; }
  // A statistic in currency units, to the decimals of the currency.
  void SetMoney(double units, v1::Value* out) const;
  // Evidence of money that was not tested by itself.
  void AddMoney(absl::string_view measure, double value, double expected, v1::Signal* out) const;

  const analytics::fields::Scope& scope_;
  const analytics::segment::Population& population_;
  const int limit_;
  const double rate_;
  v1::ListSignalsResponse& response_;
  v1::SignalFamily* family_ = nullptr;  // of the kind that is being added
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SERVICES_SIGNAL_LIST_H_
