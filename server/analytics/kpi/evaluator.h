#ifndef STRATA_SERVER_ANALYTICS_KPI_EVALUATOR_H_
#define STRATA_SERVER_ANALYTICS_KPI_EVALUATOR_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/kpi/scan/fact_scan.h"

namespace strata::analytics::kpi {

// Runs scans over windows of a scope: looks up customers' fields once, chooses at which date ranks
// and classes are taken, and hands each scan's result on. Used by one thread.
class Evaluator {
 public:
  struct Request {
    fields::DayRange window;  // may reach beyond as_of; nothing after it is seen
    std::vector<const fields::Field*> fields;
    MeasureSet measures;
    bool each_customer = false;  // a group a customer, its number the slot; without fields
    DayShift shift = {};         // of the window's days, before they fall into periods
    UsedRows* used = nullptr;    // see ScanInput
  };
  // What a scan gave. Where classes are taken period by period there are several for one request,
  // with spaces of their own, whose groups are distinct by the values of the fields.
  using Sink =
      std::function<absl::Status(Facts facts, const GroupSpace& space, const ScanResult& result)>;

  // `scope`, `filter` and `fields` outlive it. `fields` are all that requests may name.
  Evaluator(const fields::Scope& scope, const filter::Filter& filter,
            std::vector<const fields::Field*> fields, MeasureSet measures);
  ~Evaluator();

  absl::Status Evaluate(const Request& request, const Sink& sink);

  // Customers that exist by as_of and satisfy the customer part of the filter.
  absl::StatusOr<int64_t> MatchingCustomers();

  // What is to be told of the filter's texts: see UnmatchedTexts.
  absl::StatusOr<std::vector<std::string>> UnmatchedFilterTexts();

  // Whether any rank or class is looked at.
  bool uses_classes() const { return uses_classes_; }
  // Whether they are taken anew for each period.
  bool by_period() const { return by_period_; }

 private:
  // Customers' fields with ranks and classes as of one day.
  struct Snapshot;

  absl::Status EvaluateWindow(const Request& request, fields::DayRange window, const Sink& sink,
                              Snapshot* snapshot);
  absl::StatusOr<std::shared_ptr<const CustomerGroups>> GroupsOf(const Request& request,
                                                                 Snapshot* snapshot);
  absl::StatusOr<Snapshot*> SnapshotAt(Day class_day);
  absl::StatusOr<const filter::BoundFilter*> FilterFor(Facts facts, Snapshot* snapshot);
  absl::Status ComputeBase();

  const fields::Scope& scope_;
  const filter::Filter& filter_;
  const std::vector<const fields::Field*> fields_;
  const MeasureSet measures_;
  bool uses_classes_ = false;
  bool filter_has_facts_ = false;         // the filter names a field of facts
  bool by_period_ = false;                // classes_at is kPeriodStart, and there are classes
  std::optional<fields::Features> base_;  // as of as_of
  std::map<Day, std::unique_ptr<Snapshot>> snapshots_;
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_EVALUATOR_H_
