#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "client/cli/ask/segment/segment_profile_view.h"
#include "client/cli/ask/segment/segment_scope.h"
#include "client/cli/ask/segment/segment_verbs.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/program/ask.h"
#include "strata/v1/segmentation_service.pb.h"

// `strata segment profile`: a segment against all others, or against another segment.

namespace strata::cli {
namespace {

struct ProfileArguments {
  std::string segment, against;
  std::vector<std::string> by, crosses;
};

absl::StatusOr<Document> Profile(Context& context, const ProfileArguments& args) {
  STRATA_ASSIGN_OR_RETURN(const v1::QueryScope scope, ScopeOfSegment(context, args.segment));
  if (scope.segment().empty() && scope.filter().empty()) {
    return absl::InvalidArgumentError(
        "whom to profile: name a segment (strata segment profile tier/strategic) or describe one "
        "with --filter");
  }
  STRATA_ASSIGN_OR_RETURN(
      const v1::ProfileSegmentResponse answer,
      Ask(context, &Client::ProfileSegment, [&](v1::ProfileSegmentRequest& request) {
        request.set_against(args.against);
        for (const std::string& field : args.by) request.add_fields(field);
        for (const std::string& cross : args.crosses) request.add_crosses(cross);
      }));
  const int32_t limit = context.flags().limit;
  return ProfileDocument(answer, {.against = args.against, .limit = static_cast<size_t>(limit)});
}

}  // namespace

void AddSegmentProfile(CLI::App& segment, Context& context) {
  auto args = std::make_shared<ProfileArguments>();
  CLI::App* profile = AddQuestion(
      segment, "profile", "What sets a segment apart: against all others or another segment",
      "strata segment profile tier/strategic --against tier/growth\n  strata segment profile "
      "--filter 'family = \"with_children\"' --by age_band,gender --cross country,gender",
      [&context, args] { return Profile(context, *args); }, context);
  profile->add_option("segment", args->segment, "ID, or ID/CLASS of a partition; or use --filter");
  profile->add_option("--against", args->against, "Another segment [all other customers]")
      ->type_name("SEGMENT");
  profile
      ->add_option(
          "--by", args->by,
          "Fields to compare [age_band,family,gender,country,region,industry,tier,loyalty]")
      ->delimiter(',')
      ->type_name("FIELD,...");
  profile->add_option("--cross", args->crosses, "Two fields together; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FIELD,FIELD");
}

}  // namespace strata::cli
