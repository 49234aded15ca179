// ScoreRfm: analytics in, protobuf out.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/insight/segments/rfm_table.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/answer_size.h"
#include "server/rpc/convert/segment_answers.h"
#include "server/rpc/services/insight_words.h"
#include "server/rpc/transport/page_token.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/segmentation_service.handlers.h"

namespace strata::rpc {
namespace {

constexpr int64_t kMostCustomers = 10'000;  // a page
constexpr int kLongestWindow = 36'525;      // days, a hundred years

// One page of the scored customers, by id.
absl::Status AddCustomers(const v1::ScoreRfmRequest& request, Workspace& workspace,
                          const image::RevisionPtr& revision,
                          const analytics::insight::RfmTable& table, const PageToken& token,
                          v1::ScoreRfmResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const int64_t page_size,
                          PageSize(request.page_size(), kMostCustomers, kMostCustomers));
  const auto by_id = [&](image::Slot a, image::Slot b) {
    return revision->CustomerId(a) < revision->CustomerId(b);
  };
  std::vector<image::Slot> slots = table.scored;
  // Who stands behind the page before this one; of them only those of this page are sorted.
  const auto begin = std::partition(slots.begin(), slots.end(), [&](image::Slot slot) {
    return !token.after.empty() && revision->CustomerId(slot) <= token.after;
  });
  const auto end = begin + std::min<std::ptrdiff_t>(page_size, slots.end() - begin);
  std::partial_sort(begin, end, slots.end(), by_id);
  PageBudget budget(*response);
  auto next = begin;
  for (; next != end; ++next) {
    ToProto(*revision, table, *next, response->add_customers());
    if (!budget.KeepsLast(response->mutable_customers())) break;
  }
  if (next == slots.end()) return absl::OkStatus();
  workspace.Hold(revision);
  response->set_next_page_token(EncodePageToken(
      {revision->number, 0, response->customers().rbegin()->customer()}, PageBinding(request)));
  return absl::OkStatus();
}

}  // namespace

absl::Status SegmentationHandlers::ScoreRfm(const CallContext& call,
                                            const v1::ScoreRfmRequest& request,
                                            v1::ScoreRfmResponse* response) {
  analytics::insight::RfmQuery query;
  STRATA_ASSIGN_OR_RETURN(query.bins,
                          InRange("bins", request.bins(), analytics::classes::kRfmBins, 2, 10));
  STRATA_RETURN_IF_ERROR(
      RefuseRange(request.scope(), "purchases are chosen by window_days and as_of"));
  STRATA_ASSIGN_OR_RETURN(const PageToken token,
                          DecodePageToken(request.page_token(), PageBinding(request)));
  STRATA_ASSIGN_OR_RETURN(PinnedScope pinned,
                          PinScope(registry_, request.scope(), token.revision, call.stop));
  query.scope = std::move(pinned.scope);
  const image::RevisionPtr pin = query.scope.revision;
  const image::Revision& revision = *pin;
  STRATA_ASSIGN_OR_RETURN(query.window_days,
                          InRange("window_days", request.window_days(),
                                  revision.settings->rfm_window_days, 1, kLongestWindow));
  STRATA_ASSIGN_OR_RETURN(const analytics::insight::RfmTable table,
                          analytics::insight::MakeRfmTable(query));
  ToProto(revision, table, response);
  if (!request.customers()) return absl::OkStatus();
  return AddCustomers(request, *pinned.workspace, pin, table, token, response);
}

}  // namespace strata::rpc
