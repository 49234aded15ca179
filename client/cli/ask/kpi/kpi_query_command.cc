#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/ask/kpi/kpi_table_view.h"
#include "client/cli/ask/kpi/kpi_verbs.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/result_footer.h"
#include "client/cli/program/command.h"
#include "strata/v1/kpi_service.pb.h"

namespace strata::cli {
namespace {

struct QueryArguments {
  std::vector<std::string> kpis, more_kpis, by, compare, ranges, share_within;
  bool totals = false, fill_empty = false;
};

absl::Status AddComparison(const std::string& word, v1::QueryKpisRequest& request) {
  v1::NamedRange& range = *request.add_ranges();
  range.set_name(word);
  if (word == "previous") {
    range.set_keyword(v1::RANGE_KEYWORD_PREVIOUS_PERIOD);
  } else if (word == "last-year") {
    range.set_keyword(v1::RANGE_KEYWORD_SAME_PERIOD_LAST_YEAR);
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("--compare takes previous and last-year, not ", word));
  }
  return absl::OkStatus();
}

// NAME=FROM..TO; either end may be left out.
absl::Status AddRange(const std::string& text, v1::QueryKpisRequest& request) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
  if (parts.first.empty() || !absl::StrContains(parts.second, "..")) {
    return absl::InvalidArgumentError(
        absl::StrCat("--range takes NAME=FROM..TO, such as q1=2024-01-01..2024-03-31, not ", text));
  }
  const std::pair<std::string, std::string> days =
      absl::StrSplit(parts.second, absl::MaxSplits("..", 1));
  v1::NamedRange& range = *request.add_ranges();
  range.set_name(parts.first);
  range.mutable_range()->set_from(days.first);
  range.mutable_range()->set_to(days.second);
  return absl::OkStatus();
}

absl::StatusOr<v1::QueryKpisRequest> MakeRequest(Context& context, const QueryArguments& args) {
  v1::QueryKpisRequest request;
  for (const std::vector<std::string>* kpis : {&args.kpis, &args.more_kpis}) {
    for (const std::string& kpi : *kpis) request.add_kpis(kpi);
  }
  if (request.kpis_size() == 0) {
    return absl::InvalidArgumentError(
        "which KPIs? For example `strata kpi query revenue,orders`; `strata kpi list` shows all");
  }
  for (const std::string& field : args.by) request.add_group_by(field);
  for (const std::string& word : args.compare) {
    STRATA_RETURN_IF_ERROR(AddComparison(word, request));
  }
  for (const std::string& range : args.ranges) STRATA_RETURN_IF_ERROR(AddRange(range, request));
  for (const std::string& field : args.share_within) request.add_share_within(field);
  request.set_totals(args.totals);
  request.set_fill_empty(args.fill_empty);
  request.set_order_by(context.flags().sort);
  request.set_limit(context.flags().limit);
  STRATA_ASSIGN_OR_RETURN(*request.mutable_scope(), context.Scope());
  return request;
}

// Every page, as one answer.
absl::StatusOr<v1::QueryKpisResponse> FetchAll(Context& context, v1::QueryKpisRequest request) {
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(v1::QueryKpisResponse all,
                          client->QueryKpis(request, context.call_options()));
  while (!all.next_page_token().empty()) {
    request.set_page_token(all.next_page_token());
    STRATA_ASSIGN_OR_RETURN(v1::QueryKpisResponse page,
                            client->QueryKpis(request, context.call_options()));
    for (v1::KpiRow& row : *page.mutable_table()->mutable_rows()) {
      *all.mutable_table()->add_rows() = std::move(row);
    }
    if (page.table().has_totals()) *all.mutable_table()->mutable_totals() = page.table().totals();
    all.set_next_page_token(page.next_page_token());
  }
  return all;
}

absl::Status QueryKpis(Context& context, const QueryArguments& args) {
  STRATA_ASSIGN_OR_RETURN(const v1::QueryKpisRequest request, MakeRequest(context, args));
  STRATA_ASSIGN_OR_RETURN(const v1::QueryKpisResponse answer, FetchAll(context, request));
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(answer);
    case OutputForm::kCsv:
      WriteKpiCsv(context.out(), answer.table());
      TellNotes(context.terminal(), answer.meta());
      break;
    case OutputForm::kTable:
      PrintKpiTable(context.terminal(), answer.table(), answer.meta().currency_code());
      PrintResultFooter(context.terminal(), answer.meta());
      break;
  }
  return absl::OkStatus();
}

// A flag that takes A,B and may be repeated.
CLI::Option* AddList(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                     const std::string& description) {
  return command.add_option(name, values, description)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->take_all();
}

}  // namespace

void AddKpiQuery(CLI::App& kpi, Context& context) {
  auto args = std::make_shared<QueryArguments>();
  CLI::App* command = AddCommand(
      kpi, "query", "Compute KPIs, grouped, compared, filtered",
      "strata kpi query revenue,share_of_revenue --by country --compare previous --from 2024-01-01"
      " --sort 'revenue desc' --limit 10",
      [&context, args] { return QueryKpis(context, *args); }, context);
  AddList(*command, "kpis", args->kpis, "KPIs: A,B (strata kpi list)");
  AddList(*command, "--kpi", args->more_kpis, "The same as a flag");
  AddList(*command, "--by", args->by, "Fields to group by: A,B (strata kpi fields)");
  AddList(*command, "--compare", args->compare,
          "Beside the range, period by period where grouped by time: previous, last-year");
  command->add_option("--range", args->ranges, "A further range, such as q1=2024-01-01..2024-03-31")
      ->type_name("NAME=FROM..TO")
      ->allow_extra_args(false);
  AddList(*command, "--share-within", args->share_within,
          "Fields of --by that stay in the denominator of shares");
  command->add_flag("--totals", args->totals, "A last row of everything, computed, not summed");
  command->add_flag("--fill-empty", args->fill_empty, "No gaps in time fields");
}

}  // namespace strata::cli
