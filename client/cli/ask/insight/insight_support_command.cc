#include <memory>
#include <optional>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/ask/insight/insight_action_command.h"
#include "client/cli/ask/insight/insight_page.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/argument_check.h"
#include "strata/v1/insight_service.pb.h"

// Whether high-revenue customers get adequate support.

namespace strata::cli {
namespace {

struct SupportArguments {
  double top_share = 0.2;
  std::string part = "measures";
};

bool IsShare(absl::string_view kpi) {
  return kpi == "sla_compliance" || kpi == "csat" || kpi == "escalation_rate";
}

std::string Figure(const v1::Value& value, bool share) {
  if (value.kind_case() != v1::Value::kNumber) return "–";
  std::string text = share ? FormatPercent(value.number()) : FormatNumber(value.number());
  if (value.small_sample()) text += "°";
  return text;
}

std::string Difference(const v1::Value& value, bool share) {
  if (value.kind_case() != v1::Value::kNumber) return "–";
  const double unit = share ? 100 : 1;
  return absl::StrFormat("%+.2f (%+.2f to %+.2f)%s", unit * value.number(),
                         unit * value.interval().low(), unit * value.interval().high(),
                         share ? " pts" : "");
}

TitledTable MeasureSection(const Context& context, const v1::AssessSupportResponse& answer) {
  TextTable table({{"measure"},
                   {"high-revenue", Align::kRight},
                   {"the rest", Align::kRight},
                   {"difference (95%)", Align::kRight},
                   {"p", Align::kRight},
                   {"verdict"}});
  for (const v1::SupportMeasure& measure : answer.measures()) {
    const bool share = IsShare(measure.kpi());
    const bool compared = measure.difference().kind_case() == v1::Value::kNumber;
    std::string verdict = Printable(measure.verdict());
    if (measure.kpi() == "tickets_per_customer" && compared) {
      // Demand and not service: no good or bad about it.
      if (verdict != "no clear difference") {
        verdict = measure.difference().number() > 0 ? "more demand" : "less demand";
      }
    } else if (verdict == "better" || verdict == "worse") {
      verdict = Coloured(context.terminal(), verdict, verdict == "better");
    }
    table.AddRow({Printable(measure.kpi()), Figure(measure.high(), share),
                  Figure(measure.rest(), share), Difference(measure.difference(), share),
                  compared ? absl::StrFormat("%.3g", measure.p()) : "–", verdict});
  }
  return {absl::StrCat("The ", FormatInteger(answer.high_customers()),
                       " high-revenue customers against the rest"),
          std::move(table), ""};
}

std::string PolicyWord(const v1::TierSupport& tier) {
  switch (tier.verdict()) {
    case v1::POLICY_VERDICT_KEPT:
      return "yes";
    case v1::POLICY_VERDICT_MISSED:
      return "no";
    default:
      return "no data";
  }
}

TitledTable TierSection(const v1::AssessSupportResponse& answer) {
  TextTable table({{"tier"},
                   {"target (hours)", Align::kRight},
                   {"median response", Align::kRight},
                   {"within target", Align::kRight},
                   {"days between contacts", Align::kRight},
                   {"keeps its policy"}});
  for (const v1::TierSupport& tier : answer.tiers()) {
    table.AddRow({Printable(tier.tier()),
                  tier.response_target_hours() > 0 ? FormatNumber(tier.response_target_hours())
                                                   : std::string("–"),
                  Figure(tier.median_first_response_hours(), false),
                  Figure(tier.within_target(), true), Figure(tier.days_between_contacts(), false),
                  PolicyWord(tier)});
  }
  return {"Each tier against its service policy", std::move(table),
          "The workspace has no service policy."};
}

TitledTable NeglectedSection(const v1::AssessSupportResponse& answer) {
  TextTable table({{"customer", Align::kLeft, TextTable::Fit::kKeep},
                   {"name"},
                   {"owner"},
                   {"revenue", Align::kRight},
                   {"what is worse than the median service", Align::kLeft, TextTable::Fit::kWrap}});
  for (const v1::NeglectedCustomer& one : answer.neglected()) {
    std::vector<std::string> row = {
        Printable(one.customer()), Printable(one.display_name()),
        one.account_owner().empty() ? "nobody" : Printable(one.account_owner()),
        FormatMoney(one.revenue(), answer.meta().currency_code()), ""};
    for (const std::string& reason : one.reasons()) {
      row.back() = Printable(reason);
      table.AddRow(row);
      row.assign(row.size(), "");
    }
  }
  return {"High-revenue customers that get worse than the median service", std::move(table),
          answer.coverage().sufficient() ? "None." : "The data cannot tell."};
}

Sheet MeasureCsv(const v1::AssessSupportResponse& answer) {
  Sheet sheet({{"kpi", true},
               {"high"},
               {"rest"},
               {"difference"},
               {"difference_low"},
               {"difference_high"},
               {"p"},
               {"verdict", true}});
  for (const v1::SupportMeasure& measure : answer.measures()) {
    const v1::Value& difference = measure.difference();
    const auto bound = [&difference](double value) {
      return difference.has_interval() ? NumberCell(value) : SheetCell{"", ""};
    };
    sheet.Add({TextCell(measure.kpi()), ValueCell(measure.high(), ""),
               ValueCell(measure.rest(), ""), ValueCell(difference, ""),
               bound(difference.interval().low()), bound(difference.interval().high()),
               NumberCell(measure.p()), TextCell(measure.verdict())});
  }
  return sheet;
}

Sheet TierCsv(const v1::AssessSupportResponse& answer) {
  Sheet sheet({{"tier", true},
               {"response_target_hours"},
               {"median_first_response_hours"},
               {"within_target"},
               {"days_between_contacts"},
               {"meets_policy"}});
  for (const v1::TierSupport& tier : answer.tiers()) {
    sheet.Add({TextCell(tier.tier()), NumberCell(tier.response_target_hours()),
               ValueCell(tier.median_first_response_hours(), ""),
               ValueCell(tier.within_target(), ""), ValueCell(tier.days_between_contacts(), ""),
               TextCell(tier.verdict() == v1::POLICY_VERDICT_KEPT     ? "true"
                        : tier.verdict() == v1::POLICY_VERDICT_MISSED ? "false"
                                                                      : "")});
  }
  return sheet;
}

Sheet NeglectedCsv(const v1::AssessSupportResponse& answer) {
  Sheet sheet({{"customer", true},
               {"display_name", true},
               {"account_owner", true},
               {"revenue"},
               {"reasons", true}});
  for (const v1::NeglectedCustomer& one : answer.neglected()) {
    sheet.Add({TextCell(one.customer()), TextCell(one.display_name()),
               TextCell(one.account_owner()),
               MoneyCell(one.revenue(), answer.meta().currency_code()),
               TextCell(absl::StrJoin(one.reasons(), " | "))});
  }
  return sheet;
}

std::string Verdict(const v1::AssessSupportResponse& answer) {
  if (!answer.coverage().sufficient()) return "No verdict.";
  return answer.adequate() ? "Adequate beside the rest: on no measure do high-revenue customers "
                             "get clearly worse "
                             "service."
                           : "Not adequate: on at least one measure they get clearly worse service "
                             "than the rest.";
}

// Like service for all may still be less than was promised.
std::string PolicyVerdict(const v1::AssessSupportResponse& answer) {
  std::vector<std::string> missed, kept, open;
  for (const v1::TierSupport& tier : answer.tiers()) {
    std::vector<std::string>& tiers = tier.verdict() == v1::POLICY_VERDICT_KEPT     ? kept
                                      : tier.verdict() == v1::POLICY_VERDICT_MISSED ? missed
                                                                                    : open;
    tiers.push_back(Printable(tier.tier()));
  }
  if (missed.empty() && kept.empty()) return "No tier can be held against its service policy.";
  const std::string rest =
      open.empty() ? "" : absl::StrCat(" No data to tell: ", absl::StrJoin(open, ", "), ".");
  if (!missed.empty()) {
    return absl::StrCat("Less than the service policy promises: ", absl::StrJoin(missed, ", "), ".",
                        rest);
  }
  if (open.empty()) return "Every tier gets what its service policy promises.";
  return absl::StrCat("What the service policy promises: ", absl::StrJoin(kept, ", "), ".", rest);
}

absl::Status Support(Context& context, const SupportArguments& arguments) {
  STRATA_ASSIGN_OR_RETURN(
      const v1::AssessSupportResponse answer,
      Ask(context, &Client::AssessSupport, [&](v1::AssessSupportRequest& request) {
        request.set_top_share(arguments.top_share);
        request.set_limit(context.flags().limit);
      }));
  return ShowSections(
      context, answer, {Verdict(answer), PolicyVerdict(answer)},
      {MeasureSection(context, answer), TierSection(answer), NeglectedSection(answer)},
      arguments.part == "tiers"       ? TierCsv(answer)
      : arguments.part == "neglected" ? NeglectedCsv(answer)
                                      : MeasureCsv(answer));
}

}  // namespace

void AddSupportCommand(CLI::App& insight, Context& context) {
  auto arguments = std::make_shared<SupportArguments>();
  CLI::App* command = AddCommand(
      insight, "support", "Whether high-revenue customers get adequate support",
      "strata insight support --top 0.1 --from 2025-01-01\n"
      "  strata -o csv insight support --part neglected",
      [&context, arguments] { return Support(context, *arguments); }, context);
  command
      ->add_option("--top", arguments->top_share,
                   "Share of the customers that is high-revenue [0.2]")
      ->check(Share());
  command
      ->add_option("--part", arguments->part,
                   "What -o csv writes: measures, tiers or neglected [measures]")
      ->check(CLI::IsMember({"measures", "tiers", "neglected"}))
      ->type_name("PART");
}

}  // namespace strata::cli
