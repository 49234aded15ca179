// ComputeTransitions: analytics in, protobuf out.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/insight/segments/transitions.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/segment_answers.h"
#include "server/rpc/services/insight_words.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/segmentation_service.handlers.h"

namespace strata::rpc {
namespace {

constexpr int kFewestDates = 2, kMostDates = 40, kDefaultQuarters = 4;
constexpr int kDefaultMovers = 20, kMostMovers = 1'000;

absl::StatusOr<std::vector<Day>> DatesFrom(const v1::ComputeTransitionsRequest& request,
                                           Day as_of) {
  if (request.quarters() != 0) return FieldError("quarters", "give dates or quarters, not both");
  if (request.dates_size() < kFewestDates || request.dates_size() > kMostDates) {
    return FieldError("dates", absl::StrCat(request.dates_size(), " dates; ", kFewestDates, " to ",
                                            kMostDates, " are needed"));
  }
  std::vector<Day> dates;
  for (int i = 0; i < request.dates_size(); ++i) {
    const std::string path = absl::StrCat("dates[", i, "]");
    const absl::StatusOr<Day> day = ParseDay(request.dates(i));
    if (!day.ok()) return FieldError(path, day.status().message());
    if (!dates.empty() && *day <= dates.back()) {
      return FieldError(path, absl::StrCat(request.dates(i), " does not come after ",
                                           request.dates(i - 1), "; dates ascend"));
    }
    if (*day > as_of) {
      return FieldError(path,
                        absl::StrCat(request.dates(i), " lies after as_of (", FormatDay(as_of),
                                     "), beyond which nothing is seen; set scope.as_of"));
    }
    dates.push_back(*day);
  }
  return dates;
}

absl::StatusOr<std::vector<Day>> QuarterEnds(const v1::ComputeTransitionsRequest& request,
                                             const analytics::fields::Scope& scope,
                                             std::vector<std::string>* notes) {
  STRATA_ASSIGN_OR_RETURN(const int quarters, InRange("quarters", request.quarters(),
                                                      kDefaultQuarters, kFewestDates, kMostDates));
  const image::Revision& revision = *scope.revision;
  const Day first = analytics::facts::FirstDayOf(revision);
  if (first == kNoDay) {
    notes->emplace_back("there are no events yet");
    return std::vector<Day>();
  }
  std::vector<Day> ends =
      analytics::insight::LastQuarterEnds(*revision.calendar, scope.as_of, first, quarters);
  if (static_cast<int>(ends.size()) < quarters) {
    notes->push_back(absl::StrCat("only ", ends.size(), " quarters end between the first record (",
                                  FormatDay(first), ") and as_of (", FormatDay(scope.as_of), ")",
                                  ends.size() < 2 ? "; a step needs two: name dates" : ""));
  }
  return ends;
}

}  // namespace

absl::Status SegmentationHandlers::ComputeTransitions(const CallContext& call,
                                                      const v1::ComputeTransitionsRequest& request,
                                                      v1::ComputeTransitionsResponse* response) {
  analytics::insight::TransitionQuery query;
  STRATA_ASSIGN_OR_RETURN(query.movers,
                          InRange("movers", request.movers(), kDefaultMovers, 1, kMostMovers));
  STRATA_RETURN_IF_ERROR(RefuseRange(request.scope(), "the dates say what is compared"));
  STRATA_ASSIGN_OR_RETURN(PinnedScope pinned, PinScope(registry_, request.scope(), 0, call.stop));
  query.scope = std::move(pinned.scope);
  const image::Revision& revision = *query.scope.revision;
  const std::string partition = request.partition().empty() ? "tier" : request.partition();
  std::optional<analytics::segment::SegmentInfo> segment =
      analytics::segment::FindSegment(*revision.settings, partition);
  if (!segment.has_value()) return NoSegment(*revision.settings, partition, "partition");
  query.segment = *std::move(segment);
  std::vector<std::string> notes;
  if (request.dates().empty()) {
    STRATA_ASSIGN_OR_RETURN(query.dates, QuarterEnds(request, query.scope, &notes));
  } else {
    STRATA_ASSIGN_OR_RETURN(query.dates, DatesFrom(request, query.scope.as_of));
  }
  STRATA_ASSIGN_OR_RETURN(analytics::insight::Transitions transitions,
                          analytics::insight::ComputeTransitions(query));
  transitions.info.notes.insert(transitions.info.notes.end(), notes.begin(), notes.end());
  response->set_partition(query.segment.id);
  ToProto(revision, transitions, response);
  return absl::OkStatus();
}

}  // namespace strata::rpc
