// ListSegmentMembers: who is in a segment, message by message.
//
// - Without `customers`: those that exist as of as_of, are in scope.segment and match scope.filter,
//   in the order asked for; `class` is set when scope.segment is a partition or a class of one.
// - With `customers`: exactly these in the order given, each with its class of scope.segment, which
//   must then be a partition or, with the classes "in" and "out", a filter segment. An id that no
//   customer has as of as_of is answered with an empty class and unknown values, not refused: a
//   caller that looks up a list must not lose the rest of it. meta.notes says how many there were.
#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/segment/members.h"
#include "server/analytics/segment/segments.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/answer_size.h"
#include "server/rpc/convert/kpi.h"
#include "server/rpc/convert/meta.h"
#include "server/rpc/convert/value.h"
#include "server/rpc/services/customer_list.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/segmentation_service.handlers.h"

namespace strata::rpc {
namespace {

using image::Slot;

constexpr int kMostFields = 100;
constexpr size_t kMembersAMessage = 1'000;
// Room for one member: 100 values of 512 bytes, and as much again for what stands around them.
constexpr size_t kLargestMember = 100'000;

// What is sent of each member.
struct Columns {
  std::vector<std::string> fields;
  std::optional<analytics::segment::SegmentInfo> segment;  // that scope.segment names, class or not

  // All that must be computed.
  std::vector<std::string> Needed() const {
    std::vector<std::string> ids = fields;
    if (segment.has_value()) ids.push_back(segment->field);
    return ids;
  }
};

absl::StatusOr<Columns> ColumnsOf(const v1::ListSegmentMembersRequest& request,
                                  const WorkspaceSettings& settings) {
  if (request.fields_size() > kMostFields) {
    return FieldError("fields",
                      absl::StrCat(request.fields_size(), " fields; at most ", kMostFields));
  }
  Columns columns;
  columns.fields.assign(request.fields().begin(), request.fields().end());
  const absl::string_view segment = request.scope().segment();
  columns.segment = analytics::segment::FindSegment(settings, segment.substr(0, segment.find('/')));
  return columns;
}

absl::StatusOr<CustomerListQuery> QueryFrom(const v1::ListSegmentMembersRequest& request,
                                            const Columns& columns,
                                            analytics::fields::Scope scope) {
  CustomerListQuery query;
  if (request.limit() < 0) {
    return FieldError("limit", absl::StrCat(request.limit(), " is negative; 0 is for all"));
  }
  STRATA_ASSIGN_OR_RETURN(std::vector<analytics::kpi::OrderTerm> order,
                          OrderTermsFrom(request.order_by()));
  if (order.size() > 1) return FieldError("order_by", "members are ordered by one field");
  if (!order.empty()) query.order = std::move(order.front());
  query.fields = columns.Needed();
  query.limit = request.limit() == 0 ? int64_t{scope.revision->slots} : request.limit();
  query.scope = std::move(scope);
  return query;
}

// With `customers` the request says who and in which order already.
absl::Status CheckGiven(const v1::ListSegmentMembersRequest& request, const Columns& columns) {
  if (!columns.segment.has_value() || request.scope().segment().find('/') != std::string::npos) {
    return FieldError("scope.segment",
                      "customers are given: name the partition (\"tier\") or the filter segment "
                      "whose class each is in, not one class of it");
  }
  if (!request.scope().filter().empty()) {
    return FieldError("scope.filter", "customers are given; leave it empty");
  }
  if (!request.order_by().empty()) {
    return FieldError("order_by",
                      "customers are given, and answered in their order; leave it "
                      "empty");
  }
  if (request.limit() != 0) return FieldError("limit", "customers are given; leave it empty");
  return absl::OkStatus();
}

// Sends members in messages of a thousand, or of what an answer holds, the head with the first.
class MemberMessages {
 public:
  // Takes one message to the caller; not OK ends the listing.
  using Send = std::function<absl::Status(const v1::ListSegmentMembersResponse&)>;

  explicit MemberMessages(const Send& send) : send_(send) {}

  void SetHead(const image::Revision& revision, const analytics::fields::ResultInfo& info,
               const std::vector<std::string>& fields, int64_t total) {
    ToProto(revision, info, message_.mutable_meta());
    for (const std::string& field : fields) message_.add_fields(field);
    message_.set_total(total);
  }

  // For the caller to fill; valid until the next call.
  absl::StatusOr<v1::SegmentMember*> Add() {
    if (message_.members_size() > 0) bytes_ += message_.members().rbegin()->ByteSizeLong();
    if (static_cast<size_t>(message_.members_size()) == kMembersAMessage ||
        bytes_ > kMaxAnswerBytes - kLargestMember) {
      STRATA_RETURN_IF_ERROR(Flush());
    }
    return message_.add_members();
  }

  absl::Status Flush() {
    const absl::Status sent = send_(message_);
    message_.Clear();
    bytes_ = 0;
    return sent;
  }

 private:
  const Send& send_;
  v1::ListSegmentMembersResponse message_;
  size_t bytes_ = 0;  // of the members but the last
};

void AddValues(const analytics::fields::Features& features, const std::vector<std::string>& fields,
               Slot slot, v1::SegmentMember* member) {
  for (const std::string& field : fields) {
    ToProto(features.Column(field).At(slot), member->add_values());
  }
}

absl::Status SendMatching(const v1::ListSegmentMembersRequest& request, const Columns& columns,
                          analytics::fields::Scope scope, MemberMessages& messages) {
  STRATA_ASSIGN_OR_RETURN(const CustomerListQuery query,
                          QueryFrom(request, columns, std::move(scope)));
  STRATA_ASSIGN_OR_RETURN(const CustomerList list, ListCustomers(query));
  const image::Revision& revision = *query.scope.revision;
  std::optional<analytics::segment::SegmentClasses> classes;
  if (columns.segment.has_value() && columns.segment->is_partition()) {
    classes = analytics::segment::ClassesOf(*columns.segment, list.features);
  }
  messages.SetHead(revision, list.info, columns.fields, list.total);
  for (const Slot slot : list.page) {
    STRATA_ASSIGN_OR_RETURN(v1::SegmentMember * member, messages.Add());
    member->set_customer(std::string(revision.CustomerId(slot)));
    if (classes.has_value()) member->set_class_(classes->names[classes->codes[slot]]);
    AddValues(list.features, columns.fields, slot, member);
  }
  return messages.Flush();
}

absl::Status SendGiven(const v1::ListSegmentMembersRequest& request, const Columns& columns,
                       analytics::fields::Scope scope, MemberMessages& messages) {
  STRATA_RETURN_IF_ERROR(CheckGiven(request, columns));
  // Nobody is left out by the segment; the fields are checked as for everybody.
  scope.filter.clear();
  CustomerListQuery query;
  query.fields = columns.Needed();
  query.limit = 0;
  query.scope = std::move(scope);
  STRATA_ASSIGN_OR_RETURN(CustomerList list, ListCustomers(query));
  const image::Revision& revision = *query.scope.revision;
  const analytics::segment::SegmentClasses classes =
      analytics::segment::ClassesOf(*columns.segment, list.features);
  const std::vector<std::string> ids(request.customers().begin(), request.customers().end());
  const std::vector<Slot> slots = analytics::segment::FindCustomers(revision, ids);
  const auto exists = [&](Slot slot) { return slot != image::kNoSlot && classes.codes[slot] != 0; };
  const int64_t known = std::count_if(slots.begin(), slots.end(), exists);
  const auto total = static_cast<int64_t>(ids.size());
  list.info.customers_used = known;
  if (known < total) {
    list.info.notes.push_back(absl::StrCat(total - known,
                                           " of the customers given do not exist as of ",
                                           FormatDay(query.scope.as_of), "; their class is empty"));
  }
  messages.SetHead(revision, list.info, columns.fields, total);
  for (size_t i = 0; i < ids.size(); ++i) {
    STRATA_ASSIGN_OR_RETURN(v1::SegmentMember * member, messages.Add());
    member->set_customer(ids[i]);
    if (exists(slots[i])) {
      member->set_class_(classes.names[classes.codes[slots[i]]]);
      AddValues(list.features, columns.fields, slots[i], member);
      continue;
    }
    for (size_t field = 0; field < columns.fields.size(); ++field) {
      member->add_values()->set_null(v1::NULL_REASON_UNKNOWN);
    }
  }
  return messages.Flush();
}

}  // namespace

// Sends at least one message, also when there is nobody: the first has meta, fields and total.
absl::Status SegmentationHandlers::ListSegmentMembers(
    const CallContext& call, const v1::ListSegmentMembersRequest& request,
    const std::function<absl::Status(const v1::ListSegmentMembersResponse&)>& send) {
  STRATA_RETURN_IF_ERROR(RefuseRange(request.scope(), "members are those of one day, as_of"));
  STRATA_ASSIGN_OR_RETURN(PinnedScope pinned, PinScope(registry_, request.scope(), 0, call.stop));
  STRATA_ASSIGN_OR_RETURN(const Columns columns,
                          ColumnsOf(request, *pinned.scope.revision->settings));
  MemberMessages messages(send);
  return request.customers().empty()
             ? SendMatching(request, columns, std::move(pinned.scope), messages)
             : SendGiven(request, columns, std::move(pinned.scope), messages);
}

}  // namespace strata::rpc
