// ScoreRfm: analytics in, protobuf out.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/segment/rfm_table.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/segment_answers.h"
#include "server/rpc/insight_words.h"
#include "server/rpc/read_scope.h"
#include "server/rpc/segment_queries.h"

namespace strata::rpc {
namespace {

constexpr size_t kMostCustomers = 100'000;
constexpr int kLongestWindow = 36'525;  // days, a hundred years

absl::Status AddCustomers(const image::Revision& revision, const analytics::RfmTable& table,
                          v1::ScoreRfmResponse* response) {
  std::vector<image::Slot> slots = table.scored;
  const size_t count = std::min(slots.size(), kMostCustomers);
  const auto end = slots.begin() + static_cast<std::ptrdiff_t>(count);
  const auto by_id = [&](image::Slot a, image::Slot b) {
    return revision.CustomerId(a) < revision.CustomerId(b);
  };
  if (end != slots.end()) std::nth_element(slots.begin(), end, slots.end(), by_id);
  std::sort(slots.begin(), end, by_id);
  for (auto slot = slots.begin(); slot != end; ++slot) {
    ToProto(revision, table, *slot, response->add_customers());
  }
  if (count < slots.size()) {
    response->mutable_meta()->add_notes(
        absl::StrCat("the first ", count, " of ", slots.size(),
                     " scored customers are listed; narrow the filter, or list the members of the "
                     "segment rfm with the fields rfm.r, rfm.f and rfm.m"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SegmentQueryHandlers::ScoreRfm(const CallContext& call,
                                            const v1::ScoreRfmRequest& request,
                                            v1::ScoreRfmResponse* response) {
  analytics::RfmQuery query;
  STRATA_ASSIGN_OR_RETURN(query.bins, InRange("bins", request.bins(), analytics::kRfmBins, 2, 10));
  STRATA_RETURN_IF_ERROR(
      RefuseRange(request.scope(), "purchases are chosen by window_days and as_of"));
  STRATA_ASSIGN_OR_RETURN(PinnedScope pinned, PinScope(registry_, request.scope(), 0, call.stop));
  query.scope = std::move(pinned.scope);
  const image::Revision& revision = *query.scope.revision;
  STRATA_ASSIGN_OR_RETURN(query.window_days,
                          InRange("window_days", request.window_days(),
                                  revision.settings->rfm_window_days, 1, kLongestWindow));
  STRATA_ASSIGN_OR_RETURN(const analytics::RfmTable table, analytics::MakeRfmTable(query));
  ToProto(revision, table, response);
  return request.customers() ? AddCustomers(revision, table, response) : absl::OkStatus();
}

}  // namespace strata::rpc
