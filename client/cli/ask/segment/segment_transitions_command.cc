#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "client/cli/ask/segment/segment_transitions_view.h"
#include "client/cli/ask/segment/segment_verbs.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/program/argument_check.h"
#include "client/cli/program/ask.h"
#include "strata/v1/segmentation_service.pb.h"

// `strata segment transitions`: who moved from which class to which, from one date to the next.

namespace strata::cli {
namespace {

constexpr int kDefaultMovers = 5;  // of each step, for people

struct TransitionsArguments {
  std::string partition;
  int32_t quarters = 0;
  std::vector<std::string> dates;
  std::optional<int32_t> movers;
};

absl::StatusOr<Document> Transitions(Context& context, const TransitionsArguments& args) {
  STRATA_ASSIGN_OR_RETURN(
      v1::ComputeTransitionsResponse answer,
      Ask(context, &Client::ComputeTransitions, [&](v1::ComputeTransitionsRequest& request) {
        request.set_partition(args.partition);
        for (const std::string& date : args.dates) request.add_dates(date);
        request.set_quarters(args.quarters);
        // Programs get the service's own number of them.
        request.set_movers(args.movers.value_or(context.ReadByPeople() ? kDefaultMovers : 0));
      }));
  if (args.movers == 0) {
    for (v1::TransitionStep& step : *answer.mutable_steps()) step.clear_movers();
  }
  return TransitionsDocument(answer);
}

}  // namespace

void AddSegmentTransitions(CLI::App& segment, Context& context) {
  auto args = std::make_shared<TransitionsArguments>();
  CLI::App* transitions = AddQuestion(
      segment, "transitions", "Who moved between classes, quarter by quarter or between dates",
      "strata segment transitions tier --quarters 4\n  strata segment transitions loyalty --dates "
      "2025-01-01,2025-07-01 --movers 20",
      [&context, args] { return Transitions(context, *args); }, context);
  transitions->add_option("partition", args->partition, "A partition [tier]");
  CLI::Option* quarters =
      transitions->add_option("--quarters", args->quarters, "Ends of the last so many quarters [4]")
          ->check(WholeNumber(2, 40))
          ->type_name("N");
  transitions->add_option("--dates", args->dates, "Two or more dates, ascending")
      ->delimiter(',')
      ->excludes(quarters)
      ->type_name("DATE,...");
  transitions
      ->add_option("--movers", args->movers,
                   "Customers to show of each step, by revenue [5; 20 in json]")
      ->check(WholeNumber(0, 1'000))
      ->type_name("N");
}

}  // namespace strata::cli
