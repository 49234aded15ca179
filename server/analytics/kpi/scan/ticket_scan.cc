#include "server/analytics/facts/block_scan.h"
#include "server/analytics/facts/seen.h"
#include "server/analytics/facts/ticket.h"
#include "server/analytics/kpi/scan/group_sums.h"
#include "server/analytics/kpi/scan/order_rows.h"
#include "server/analytics/kpi/scan/samples.h"
#include "server/base/status_macros.h"
#include "server/domain/calendar.h"

// Tickets by the day they were opened, as they stood at the end of as_of.

namespace strata::analytics::kpi {
namespace {

using M = Measure;

class TicketScan {
 public:
  explicit TicketScan(const ScanInput& input)
      : input_(input),
        seen_(*input.revision->calendar, input.as_of),
        responses_wanted_(input.measures.HasAny({M::kFirstResponses, M::kMedianFirstResponse})),
        resolutions_wanted_(input.measures.HasAny({M::kResolutions, M::kMedianResolution})),
        sums_(input.space->keys()) {}

  absl::Status Add(const image::Block& block) {
    if (block.tickets == nullptr) return absl::OkStatus();
    const image::TicketColumns& tickets = *block.tickets;
    fields::FactRows rows;
    rows.tickets = &tickets;
    IndexFacts(input_, block, {tickets.begin, tickets.opened_day, rows}, &sums_.ids(), &ids_,
               &sums_.counts());
    for (size_t row = 0; row < ids_.size(); ++row) {
      if (ids_[row] == kNoGroupId) continue;
      AddTicket(tickets, row, ids_[row]);
      if (input_.used != nullptr) input_.used->Add(image::Feed::kTickets, block, ids_.size(), row);
    }
    return CheckGroups(input_, sums_.ids().dense() ? 0 : sums_.ids().size() - 1);
  }

  void MergeSamples(const TicketScan& other, const std::vector<uint32_t>& new_id) {
    responses_.Merge(other.responses_, new_id);
    resolutions_.Merge(other.resolutions_, new_id);
  }
  void FinishSamples(const MergedGroups& groups, ScanResult* result) {
    if (responses_wanted_) {
      Finish(groups, M::kFirstResponses, M::kMedianFirstResponse, &responses_, result);
    }
    if (resolutions_wanted_) {
      Finish(groups, M::kResolutions, M::kMedianResolution, &resolutions_, result);
    }
  }
  GroupSums& sums() { return sums_; }

 private:
  void AddTicket(const image::TicketColumns& tickets, size_t row, uint32_t id) {
    ++sums_.counts().used;
    sums_.Add(M::kTickets, id, 1);
    if (seen_(tickets.escalated_time[row])) sums_.Add(M::kEscalations, id, 1);
    const Millis opened = tickets.opened_time[row];
    const Millis response = tickets.first_response_time[row];
    const Millis resolved = tickets.resolved_time[row];
    if (responses_wanted_ && seen_(response)) responses_.Add(id, response - opened);
    if (resolutions_wanted_ && seen_(resolved)) resolutions_.Add(id, resolved - opened);
    const facts::Sla sla =
        facts::SlaOf(seen_, tickets.sla_due_time[row], resolved, tickets.status[row]);
    if (sla == facts::Sla::kMet) sums_.Add(M::kSlaMet, id, 1);
    if (sla == facts::Sla::kBreached) sums_.Add(M::kSlaBreached, id, 1);
  }

  // Rows of `result` are the groups that have a ticket.
  static void Finish(const MergedGroups& groups, Measure count, Measure median,
                     Samples<int64_t>* samples, ScanResult* result) {
    samples->GroupBy(groups.ids());
    size_t row = 0;
    for (uint32_t id = 1; id < groups.ids() && row < result->keys.size(); ++id) {
      if (groups.keys[id - 1] != result->keys[row]) continue;
      const absl::Span<int64_t> values = samples->Of(id);
      result->measures[count].resize(result->keys.size());
      result->measures[median].resize(result->keys.size());
      result->measures[count][row] = static_cast<int64_t>(values.size());
      if (!values.empty()) result->measures[median][row] = QuantileTimesTen(values, 5);
      ++row;
    }
  }

  const ScanInput& input_;
  const facts::Seen seen_;
  const bool responses_wanted_, resolutions_wanted_;
  GroupSums sums_;
  Samples<int64_t> responses_, resolutions_;  // milliseconds from the opening
  std::vector<uint32_t> ids_;
};

}  // namespace

absl::StatusOr<ScanResult> ScanTickets(const ScanInput& input) {
  if (input.window.from > input.window.to) return ScanResult();
  WorkerStates<TicketScan> workers;
  STRATA_RETURN_IF_ERROR(
      facts::ScanBlocks(*input.revision, input.stop, [&](size_t worker, const image::Block& block) {
        return workers.Of(worker, [&] { return std::make_unique<TicketScan>(input); }).Add(block);
      }));
  std::vector<const GroupIds*> ids;
  std::vector<GroupSums*> sums;
  for (TicketScan* worker : workers.All()) {
    ids.push_back(&worker->sums().ids());
    sums.push_back(&worker->sums());
  }
  const MergedGroups groups = MergeGroups(ids);
  STRATA_ASSIGN_OR_RETURN(ScanResult result,
                          MergeGroupSums(input, Facts::kTickets, M::kTickets, sums, groups));
  TicketScan merged(input);
  size_t w = 0;
  for (TicketScan* worker : workers.All()) merged.MergeSamples(*worker, groups.new_id[w++]);
  merged.FinishSamples(groups, &result);
  return result;
}

}  // namespace strata::analytics::kpi
