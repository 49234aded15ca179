#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cli/ask/segment/segment_scope.h"
#include "client/cli/ask/segment/segment_verbs.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/result_footer.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/command.h"
#include "strata/v1/segmentation_service.pb.h"

// `strata segment members`: who is in a segment.

namespace strata::cli {
namespace {

// Rows of a table for people; programs get every member.
constexpr int64_t kDefaultRows = 100;

struct MembersArguments {
  std::string segment;
  std::vector<std::string> fields, customers;
  bool all = false;
};

absl::StatusOr<v1::ListSegmentMembersRequest> RequestOf(Context& context,
                                                        const MembersArguments& args) {
  v1::ListSegmentMembersRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_scope(), ScopeOfSegment(context, args.segment));
  const GlobalFlags& flags = context.flags();
  if (args.all && flags.limit > 0) {
    return absl::InvalidArgumentError("--all and --limit say different things; give one of them");
  }
  for (const std::string& field : args.fields) request.add_fields(field);
  for (const std::string& customer : args.customers) request.add_customers(customer);
  request.set_order_by(flags.sort);
  if (flags.limit > 0) {
    request.set_limit(flags.limit);
  } else if (!args.all && args.customers.empty() && flags.output == OutputForm::kTable) {
    request.set_limit(kDefaultRows);
  }
  return request;
}

// Puts the messages of the stream together: what is said once, and all members.
class Collected {
 public:
  void Add(const v1::ListSegmentMembersResponse& message) {
    if (first_) {
      whole_ = message;
    } else {
      whole_.mutable_members()->MergeFrom(message.members());
    }
    first_ = false;
  }
  const v1::ListSegmentMembersResponse& whole() const { return whole_; }

 private:
  bool first_ = true;
  v1::ListSegmentMembersResponse whole_;
};

void PrintMembers(const Context& context, const v1::ListSegmentMembersResponse& list) {
  const auto& members = list.members();
  const bool classes =
      std::any_of(members.begin(), members.end(),
                  [](const v1::SegmentMember& one) { return !one.class_().empty(); });
  std::vector<TextTable::Column> columns = {{"customer"}};
  if (classes) columns.push_back({"class"});
  for (int i = 0; i < list.fields_size(); ++i) {
    const bool figures = std::any_of(
        members.begin(), members.end(),
        [i](const v1::SegmentMember& one) { return Magnitude(one.values(i)).has_value(); });
    columns.push_back({Printable(list.fields(i)), figures ? Align::kRight : Align::kLeft});
  }
  TextTable table(std::move(columns));
  for (const v1::SegmentMember& member : members) {
    std::vector<std::string> row = {Printable(member.customer())};
    if (classes) row.push_back(Printable(member.class_()));
    for (const v1::Value& value : member.values())
      row.push_back(FormatValue(value, "", list.meta().currency_code()));
    table.AddRow(std::move(row));
  }
  table.Print(context.terminal());
  if (members.empty()) context.out() << "(nobody)\n";
  if (members.size() < list.total()) {
    context.out() << '\n'
                  << FormatInteger(members.size()) << " of " << FormatInteger(list.total())
                  << " customers: more with --limit N or --all\n";
  }
  PrintResultFooter(context.terminal(), list.meta());
}

void WriteMembersCsv(std::ostream& out, const v1::ListSegmentMembersResponse& message,
                     bool with_header) {
  std::vector<std::string> row;
  if (with_header) {
    row = {"customer", "class"};
    row.insert(row.end(), message.fields().begin(), message.fields().end());
    WriteCsvRow(out, row);
  }
  for (const v1::SegmentMember& member : message.members()) {
    row = {member.customer(), member.class_()};
    for (const v1::Value& value : member.values()) row.push_back(PlainValue(value));
    WriteCsvRow(out, row);
  }
}

absl::Status ListMembers(Context& context, const MembersArguments& args) {
  STRATA_ASSIGN_OR_RETURN(const v1::ListSegmentMembersRequest request, RequestOf(context, args));
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  const bool csv = context.flags().output == OutputForm::kCsv;
  bool first = true;
  Collected collected;
  STRATA_RETURN_IF_ERROR(client->ListSegmentMembers(
      request,
      [&](const v1::ListSegmentMembersResponse& message) {
        if (csv) {
          WriteMembersCsv(context.out(), message, first);
          TellNotes(context.terminal(), message.meta());  // in the first message
        } else {
          collected.Add(message);
        }
        first = false;
        return context.out().good();  // a closed pipe ends the call
      },
      context.call_options()));
  if (csv) return absl::OkStatus();
  if (context.flags().output == OutputForm::kJson) return context.PrintJson(collected.whole());
  PrintMembers(context, collected.whole());
  return absl::OkStatus();
}

}  // namespace

void AddSegmentMembers(CLI::App& segment, Context& context) {
  auto args = std::make_shared<MembersArguments>();
  CLI::App* members = AddCommand(
      segment, "members", "Who is in a segment",
      "strata segment members tier/strategic --fields revenue,country --sort 'revenue desc' "
      "--limit 20\n  strata segment members tier --customers A-00010,C-0001715\n  strata segment "
      "members "
      "--filter 'recency_days > 180' -o csv > sleepers.csv",
      [&context, args] { return ListMembers(context, *args); }, context);
  members->add_option("segment", args->segment,
                      "ID, or ID/CLASS of a partition [everybody that --filter leaves]");
  members->add_option("--fields", args->fields, "A,B of `strata kpi fields`")
      ->delimiter(',')
      ->type_name("FIELD,...");
  members
      ->add_option("--customers", args->customers,
                   "Only these, with a partition: which class each is in")
      ->delimiter(',')
      ->type_name("ID,...");
  members->add_flag("--all", args->all,
                    "All of them, not the first 100 (json and csv have all of themselves)");
}

}  // namespace strata::cli
