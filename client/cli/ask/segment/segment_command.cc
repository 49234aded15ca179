#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/ask/segment/segment_verbs.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/time_format.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/command.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "strata/error.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::cli {
namespace {

// What the user says of a segment; the filter is the global flag of that name.
struct SegmentArguments {
  std::string id, etag;
  std::vector<std::string> classes;  // NAME=FILTER
  std::optional<std::string> rest, display_name, description, owner;
};

// Sets what was given and names it in `mask`.
absl::Status ApplyTo(const Context& context, const SegmentArguments& args, v1::Segment& segment,
                     google::protobuf::FieldMask& mask) {
  segment.set_segment(args.id);
  segment.set_etag(args.etag);
  if (!context.flags().filter.empty()) {
    segment.set_filter(context.flags().filter);
    mask.add_paths("filter");
  }
  for (const std::string& text : args.classes) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--class ", text, ": write NAME=FILTER, as in 'gold=revenue > 1000'"));
    }
    v1::SegmentClass* one = segment.add_classes();
    one->set_name(text.substr(0, equals));
    one->set_filter(text.substr(equals + 1));
  }
  if (!args.classes.empty()) mask.add_paths("classes");
  const auto set = [&mask](const std::optional<std::string>& value, const char* path,
                           std::string* to) {
    if (!value.has_value()) return;
    *to = *value;
    mask.add_paths(path);
  };
  set(args.rest, "rest", segment.mutable_rest());
  set(args.display_name, "display_name", segment.mutable_display_name());
  set(args.description, "description", segment.mutable_description());
  set(args.owner, "owner", segment.mutable_owner());
  return absl::OkStatus();
}

absl::string_view KindOf(const v1::Segment& segment) {
  if (segment.built_in()) return "built-in";
  return segment.classes_size() > 0 ? "partition" : "filter";
}

// The filter, or the names of the classes.
std::string RuleOf(const v1::Segment& segment) {
  if (segment.classes_size() == 0) return segment.filter();
  std::string names =
      absl::StrJoin(segment.classes(), ", ",
                    [](std::string* out, const v1::SegmentClass& one) { out->append(one.name()); });
  if (!segment.rest().empty()) absl::StrAppend(&names, ", else ", segment.rest());
  return names;
}

void WriteCsv(std::ostream& out, const std::vector<const v1::Segment*>& segments) {
  WriteCsvRow(out, {"segment", "kind", "display_name", "description", "owner", "filter", "classes",
                    "rest", "etag", "revision", "create_time", "update_time"});
  for (const v1::Segment* s : segments) {
    // One class a line.
    const std::string classes =
        absl::StrJoin(s->classes(), "\n", [](std::string* out, const v1::SegmentClass& one) {
          absl::StrAppend(out, one.name(), one.filter().empty() ? "" : "=", one.filter());
        });
    WriteCsvRow(out, {s->segment(), std::string(KindOf(*s)), s->display_name(), s->description(),
                      s->owner(), s->filter(), classes, s->rest(), s->etag(),
                      s->built_in() ? "" : absl::StrCat(s->revision()), PlainTime(s->create_time()),
                      PlainTime(s->update_time())});
  }
}

absl::Status PrintSegment(const Context& context, const v1::Segment& segment,
                          const google::protobuf::Message& response) {
  if (context.flags().output == OutputForm::kJson) return context.PrintJson(response);
  if (context.flags().output == OutputForm::kCsv) {
    WriteCsv(context.out(), {&segment});
    return absl::OkStatus();
  }
  const Terminal& terminal = context.terminal();
  context.out() << Bold(terminal, Printable(segment.segment()));
  if (!segment.display_name().empty()) {
    context.out() << "  " << Printable(segment.display_name());
  }
  context.out() << "\n\n";
  TextTable table({{""}, {"", Align::kLeft, TextTable::Fit::kWrap}});
  table.AddRow({"kind", std::string(KindOf(segment))});
  if (!segment.description().empty()) {
    table.AddRow({"description", Printable(segment.description())});
  }
  if (!segment.owner().empty()) table.AddRow({"owner", Printable(segment.owner())});
  if (!segment.filter().empty()) table.AddRow({"filter", Printable(segment.filter())});
  for (const v1::SegmentClass& one : segment.classes()) {
    table.AddRow({absl::StrCat("class ", Printable(one.name())), Printable(one.filter())});
  }
  if (!segment.rest().empty()) {
    table.AddRow({absl::StrCat("class ", Printable(segment.rest())), "everybody else"});
  }
  if (!segment.built_in()) {
    table.AddRow({"created", FormatTime(segment.create_time())});
    table.AddRow({"changed", absl::StrCat(FormatTime(segment.update_time()), ", revision ",
                                          FormatInteger(segment.revision()))});
    table.AddRow({"etag", Printable(segment.etag())});
  }
  table.Print(terminal);
  return absl::OkStatus();
}

absl::Status CreateSegment(Context& context, const SegmentArguments& args) {
  v1::CreateSegmentRequest request;
  google::protobuf::FieldMask unused;
  STRATA_RETURN_IF_ERROR(ApplyTo(context, args, *request.mutable_segment(), unused));
  STRATA_ASSIGN_OR_RETURN(*request.mutable_workspace(), context.Workspace());
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const v1::CreateSegmentResponse response,
                          client->CreateSegment(request, context.call_options()));
  return PrintSegment(context, response.segment(), response);
}

absl::Status ShowSegment(Context& context, const std::string& id) {
  v1::GetSegmentRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_workspace(), context.Workspace());
  request.set_segment(id);
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const v1::GetSegmentResponse response,
                          client->GetSegment(request, context.call_options()));
  return PrintSegment(context, response.segment(), response);
}

absl::Status UpdateSegment(Context& context, const SegmentArguments& args) {
  v1::UpdateSegmentRequest request;
  STRATA_RETURN_IF_ERROR(
      ApplyTo(context, args, *request.mutable_segment(), *request.mutable_update_mask()));
  if (request.update_mask().paths_size() == 0) {
    return absl::InvalidArgumentError("nothing to change: give --filter, --class, --owner ...");
  }
  STRATA_ASSIGN_OR_RETURN(*request.mutable_workspace(), context.Workspace());
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const v1::UpdateSegmentResponse response,
                          client->UpdateSegment(request, context.call_options()));
  return PrintSegment(context, response.segment(), response);
}

absl::Status DeleteSegment(Context& context, const SegmentArguments& args) {
  v1::DeleteSegmentRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_workspace(), context.Workspace());
  request.set_segment(args.id);
  request.set_etag(args.etag);
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const v1::DeleteSegmentResponse response,
                          client->DeleteSegment(request, context.call_options()));
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(response);
    case OutputForm::kCsv:
      WriteCsvRow(context.out(), {"segment", "revision"});
      WriteCsvRow(context.out(), {args.id, absl::StrCat(response.revision())});
      break;
    case OutputForm::kTable:
      context.out() << "deleted segment " << Printable(args.id) << "; revision "
                    << response.revision() << " is without it\n";
      break;
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ListSegmentsResponse> ListAll(Context& context) {
  v1::ListSegmentsRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_workspace(), context.Workspace());
  request.set_page_size(1'000);
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  v1::ListSegmentsResponse all;
  do {
    STRATA_ASSIGN_OR_RETURN(const v1::ListSegmentsResponse page,
                            client->ListSegments(request, context.call_options()));
    all.mutable_segments()->MergeFrom(page.segments());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  const int limit = context.flags().limit;
  while (limit > 0 && all.segments_size() > limit) all.mutable_segments()->RemoveLast();
  return all;
}

absl::Status ListSegments(Context& context) {
  STRATA_ASSIGN_OR_RETURN(const v1::ListSegmentsResponse list, ListAll(context));
  if (context.flags().output == OutputForm::kJson) return context.PrintJson(list);
  if (context.flags().output == OutputForm::kCsv) {
    std::vector<const v1::Segment*> segments;
    for (const v1::Segment& segment : list.segments()) segments.push_back(&segment);
    WriteCsv(context.out(), segments);
    return absl::OkStatus();
  }
  TextTable table({{"segment", Align::kLeft, TextTable::Fit::kKeep},
                   {"kind", Align::kLeft, TextTable::Fit::kKeep},
                   {"rule"},
                   {"name"},
                   {"owner"},
                   {"changed", Align::kLeft, TextTable::Fit::kKeep}});
  for (const v1::Segment& s : list.segments()) {
    table.AddRow({Printable(s.segment()), std::string(KindOf(s)), Printable(RuleOf(s)),
                  Printable(s.display_name()), Printable(s.owner()), FormatTime(s.update_time())});
  }
  table.Print(context.terminal());
  return absl::OkStatus();
}

// The problem as the error that a call with this filter would get, but of exit code 4: the answer
// is about data, and the command was used as it should be.
absl::Status AsError(const v1::FilterProblem& problem) {
  google::rpc::ErrorInfo info;
  info.set_reason("INVALID_FILTER");
  info.set_domain("strata");
  (*info.mutable_metadata())["position"] = absl::StrCat(problem.position());
  if (problem.nearest_size() > 0) {
    (*info.mutable_metadata())["nearest"] = absl::StrJoin(problem.nearest(), ", ");
  }
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  absl::Status status = absl::DataLossError(absl::StrCat(
      "the filter is wrong at position ", problem.position(), ": ", problem.message()));
  status.SetPayload(kStatusDetailsUrl, absl::Cord(details.SerializeAsString()));
  return status;
}

absl::Status CheckFilter(Context& context, const std::string& filter) {
  v1::CheckFilterRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_workspace(), context.Workspace());
  request.set_filter(filter);
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const v1::CheckFilterResponse answer,
                          client->CheckFilter(request, context.call_options()));
  const v1::FilterProblem& problem = answer.problem();
  switch (context.flags().output) {
    case OutputForm::kJson:
      STRATA_RETURN_IF_ERROR(context.PrintJson(answer));
      break;
    case OutputForm::kCsv:
      WriteCsvRow(context.out(),
                  {"valid", "canonical", "fields", "position", "message", "nearest"});
      WriteCsvRow(context.out(), {answer.valid() ? "true" : "false", answer.canonical(),
                                  absl::StrJoin(answer.fields(), ";"),
                                  answer.valid() ? "" : absl::StrCat(problem.position()),
                                  problem.message(), absl::StrJoin(problem.nearest(), ";")});
      break;
    case OutputForm::kTable:
      if (!answer.valid()) break;
      context.out() << Printable(answer.canonical().empty() ? "(everybody)" : answer.canonical())
                    << "\n";
      if (answer.fields_size() > 0) {
        context.out() << "  fields: " << Printable(absl::StrJoin(answer.fields(), ", ")) << "\n";
      }
      break;
  }
  if (answer.valid() && !problem.message().empty() && context.flags().output != OutputForm::kJson) {
    context.err() << "note: " << Printable(problem.message()) << "\n";
  }
  if (answer.valid()) return absl::OkStatus();
  context.flags().filter = filter;  // what the caret points into
  return AsError(problem);
}

void AddDefinition(CLI::App& command, SegmentArguments& args) {
  command
      .add_option("--class", args.classes,
                  "A class of a partition as NAME=FILTER; repeat it, the first match wins")
      ->type_name("NAME=FILTER")
      ->allow_extra_args(false);
  command.add_option("--rest", args.rest, "Name of the class of everybody else [rest]")
      ->type_name("NAME");
  command.add_option("--display-name", args.display_name, "Name for people");
  command.add_option("--description", args.description, "What it is for");
  command.add_option("--owner", args.owner, "Who answers for it");
}

}  // namespace

void RegisterSegment(CLI::App& app, Context& context) {
  CLI::App* noun = AddNoun(app, "segment", "Groups of customers: filters and partitions");
  auto made = std::make_shared<SegmentArguments>();
  CLI::App* create = AddCommand(
      *noun, "create", "Define a segment: by --filter, or as a partition by --class",
      "strata segment create value --class 'gold=revenue > 10000' --class 'silver=revenue > 1000'"
      " --rest bronze\n  strata segment create sleepers --filter 'segment:value = \"gold\" AND "
      "recency_days > 180'",
      [&context, made] { return CreateSegment(context, *made); }, context);
  create->add_option("name", made->id, "Lower-case letters, digits and '-'")->required();
  AddDefinition(*create, *made);

  AddCommand(
      *noun, "list", "The built-in segments and the workspace's own", "strata segment list",
      [&context] { return ListSegments(context); }, context);

  auto id = std::make_shared<std::string>();
  CLI::App* show = AddCommand(
      *noun, "show", "The definition of a segment", "strata segment show tier",
      [&context, id] { return ShowSegment(context, *id); }, context);
  show->add_option("name", *id, "The segment")->required();

  auto changed = std::make_shared<SegmentArguments>();
  CLI::App* update = AddCommand(
      *noun, "update", "Change what is given; --class replaces all classes",
      "strata segment update sleepers --filter 'recency_days > 90' --owner marketing",
      [&context, changed] { return UpdateSegment(context, *changed); }, context);
  update->add_option("name", changed->id, "The segment")->required();
  update->add_option("--etag", changed->etag, "Only when it is still this version");
  AddDefinition(*update, *changed);

  auto removed = std::make_shared<SegmentArguments>();
  CLI::App* remove = AddCommand(
      *noun, "delete", "Delete a segment that no other refers to", "strata segment delete sleepers",
      [&context, removed] { return DeleteSegment(context, *removed); }, context);
  remove->add_option("name", removed->id, "The segment")->required();
  remove->add_option("--etag", removed->etag, "Only when it is still this version");

  auto filter = std::make_shared<std::string>();
  CLI::App* check = AddCommand(
      *noun, "check", "Whether a filter is well-formed; exit code 4 when it is not",
      "strata segment check 'country = \"United States\" AND revenue > 1000'",
      [&context, filter] { return CheckFilter(context, *filter); }, context);
  check->add_option("filter", *filter, "The filter")->required();

  AddSegmentMembers(*noun, context);
  AddSegmentProfile(*noun, context);
  AddSegmentRfm(*noun, context);
  AddSegmentTransitions(*noun, context);
  AddSegmentWatch(*noun, context);
}

}  // namespace strata::cli
