#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "client/cli/ask/segment/segment_rfm_view.h"
#include "client/cli/ask/segment/segment_verbs.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/program/argument_check.h"
#include "client/cli/program/ask.h"
#include "strata/v1/segmentation_service.pb.h"

// `strata segment rfm`: how recently, how often and for how much customers buy.

namespace strata::cli {
namespace {

constexpr int32_t kBinsOfNames = 5;

struct RfmArguments {
  int32_t bins = 0, window_days = 0;
  bool customers = false;
};

// With the customers of every page.
absl::StatusOr<v1::ScoreRfmResponse> FetchRfm(Context& context, const RfmArguments& args) {
  std::string page_token;
  const auto ask = [&] {
    return Ask(context, &Client::ScoreRfm, [&](v1::ScoreRfmRequest& request) {
      request.set_bins(args.bins);
      request.set_window_days(args.window_days);
      request.set_customers(args.customers);
      request.set_page_token(page_token);
    });
  };
  STRATA_ASSIGN_OR_RETURN(v1::ScoreRfmResponse all, ask());
  while (!all.next_page_token().empty()) {
    page_token = all.next_page_token();
    STRATA_ASSIGN_OR_RETURN(const v1::ScoreRfmResponse page, ask());
    all.mutable_customers()->MergeFrom(page.customers());
    all.set_next_page_token(page.next_page_token());
  }
  return all;
}

absl::StatusOr<Document> Rfm(Context& context, const RfmArguments& args) {
  STRATA_ASSIGN_OR_RETURN(const v1::ScoreRfmResponse answer, FetchRfm(context, args));
  RfmView view{.names_fit = args.bins == 0 || args.bins == kBinsOfNames,
               .customers = args.customers};
  if (context.flags().limit > 0) view.limit = context.flags().limit;
  return RfmDocument(answer, view);
}

}  // namespace

void AddSegmentRfm(CLI::App& segment, Context& context) {
  auto args = std::make_shared<RfmArguments>();
  CLI::App* rfm = AddQuestion(
      segment, "rfm", "Recency, frequency and monetary scores, and their ten names",
      "strata segment rfm\n  strata segment rfm --window-days 365 --customers -o csv",
      [&context, args] { return Rfm(context, *args); }, context);
  rfm->add_option("--bins", args->bins, "Scores of each measure, 2 to 10 [5: the names need 5]")
      ->check(WholeNumber(2, 10))
      ->type_name("N");
  rfm->add_option("--window-days", args->window_days,
                  "Only purchases of the last so many days [all]")
      ->check(WholeNumber(1))
      ->type_name("D");
  rfm->add_flag("--customers", args->customers, "The scores of each customer too");
}

}  // namespace strata::cli
