#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/ask/insight/insight_page.h"
#include "client/cli/ask/insight/insight_verbs.h"
#include "client/cli/ask/kpi/kpi_verbs.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/shell_word.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/result_footer.h"
#include "client/cli/present/sheet.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/argument_check.h"
#include "client/cli/program/command.h"
#include "strata/v1/insight_service.pb.h"
#include "strata/v1/kpi_service.pb.h"

// `strata insight recommend` and `strata insight swot`.

namespace strata::cli {
namespace {

struct RecommendArguments {
  std::string customer, basket = "order";
  bool by_line = false;
  double min_support = 0.001, min_confidence = 0.5;
  int32_t max_items = 3;
};

Sheet RuleSheet(const v1::RecommendProductsResponse& answer) {
  Sheet sheet({{"antecedent", true},
               {"consequent", true},
               {"count"},
               {"support"},
               {"confidence"},
               {"lift"}});
  for (const v1::AffinityRule& rule : answer.rules()) {
    sheet.Add({TextCell(absl::StrJoin(rule.antecedent(), " + ")), TextCell(rule.consequent()),
               CountCell(rule.count()), ShareCell(rule.support()), ShareCell(rule.confidence()),
               NumberCell(rule.lift())});
  }
  return sheet;
}

Sheet WhiteSpaceSheet(const v1::RecommendProductsResponse& answer) {
  Sheet sheet({{"product", true}, {"share_of_similar"}, {"expected_value"}, {"because", true}});
  for (const v1::WhiteSpace& item : answer.white_space()) {
    sheet.Add({TextCell(item.product()), ShareCell(item.share_of_similar()),
               MoneyCell(item.expected_value(), answer.meta().currency_code()),
               TextCell(absl::StrJoin(item.because(), ", "))});
  }
  return sheet;
}

void PrintRecommendations(Context& context, const RecommendArguments& args,
                          const v1::RecommendProductsResponse& answer) {
  std::ostream& out = context.out();
  if (!answer.coverage().sufficient()) {
    out << "The data do not carry this: " << Printable(answer.coverage().reason()) << "\n";
    return PrintResultFooter(context.terminal(), answer.meta());
  }
  if (!args.customer.empty()) {
    out << "What customers similar to " << Printable(args.customer)
        << " buy and it does not, with the value expected in a year\n\n";
    if (answer.white_space().empty()) {
      out << "nothing: the note below says who was compared\n";
    } else {
      WhiteSpaceSheet(answer).Print(context.terminal());
    }
    out << '\n';
  }
  out << FormatInteger(answer.total_rules()) << " rules in " << FormatInteger(answer.baskets())
      << (args.basket == "customer" ? " customers' histories" : " orders") << " of "
      << FormatInteger(answer.items()) << (args.by_line ? " product lines" : " products")
      << ", by lift";
  if (answer.rules_size() < answer.total_rules()) out << ", the first " << answer.rules_size();
  out << "\n\n";
  if (answer.rules().empty()) {
    out << "no rule reaches this support and confidence: lower --min-support or "
           "--min-confidence\n";
  } else {
    RuleSheet(answer).Print(context.terminal());
  }
  PrintResultFooter(context.terminal(), answer.meta());
}

absl::Status Recommend(Context& context, const RecommendArguments& args) {
  STRATA_ASSIGN_OR_RETURN(
      const v1::RecommendProductsResponse answer,
      Ask(context, &Client::RecommendProducts, [&](v1::RecommendProductsRequest& request) {
        request.set_basket(args.basket == "customer" ? v1::BASKET_KIND_CUSTOMER
                                                     : v1::BASKET_KIND_ORDER);
        request.set_by_product_line(args.by_line);
        request.set_min_support(args.min_support);
        request.set_min_confidence(args.min_confidence);
        request.set_max_items(args.max_items);
        request.set_limit(context.flags().limit);
        request.set_customer(args.customer);
      }));
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(answer);
    case OutputForm::kCsv:
      (args.customer.empty() ? RuleSheet(answer) : WhiteSpaceSheet(answer)).WriteCsv(context.out());
      TellNotes(context.terminal(), answer.meta());
      break;
    case OutputForm::kTable:
      PrintRecommendations(context, args, answer);
      break;
  }
  return absl::OkStatus();
}

std::string KindName(v1::SwotKind kind) {
  switch (kind) {
    case v1::SWOT_KIND_STRENGTH:
      return "strength";
    case v1::SWOT_KIND_WEAKNESS:
      return "weakness";
    case v1::SWOT_KIND_OPPORTUNITY:
      return "opportunity";
    case v1::SWOT_KIND_THREAT:
      return "threat";
    default:
      return "";
  }
}

// The lines of `text` in `width` columns, the first behind `first` and the others behind as many
// blanks.
std::string Wrapped(absl::string_view text, const std::string& first, int width) {
  std::string lines = first;
  const int indent = DisplayWidth(first);
  int column = indent;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    const int length = DisplayWidth(word);
    if (column > indent && column + 1 + length > width) {
      absl::StrAppend(&lines, "\n", std::string(static_cast<size_t>(indent), ' '));
      column = indent;
    }
    if (column > indent) {
      lines.push_back(' ');
      ++column;
    }
    absl::StrAppend(&lines, word);
    column += length;
  }
  lines.push_back('\n');
  return lines;
}

using KpiUnits = std::map<std::string, std::string>;  // by id

class SwotPage {
 public:
  SwotPage(Context& context, const v1::GenerateSwotResponse& answer, KpiUnits units)
      : context_(context), answer_(answer), units_(std::move(units)) {
    const Terminal& terminal = context.terminal();
    width_ = terminal.out_is_terminal ? std::clamp(terminal.width, 40, 120) : 100;
  }

  void Print() const {
    std::ostream& out = context_.out();
    PrintBox(v1::SWOT_KIND_STRENGTH, "STRENGTHS");
    PrintBox(v1::SWOT_KIND_WEAKNESS, "WEAKNESSES");
    PrintBox(v1::SWOT_KIND_OPPORTUNITY, "OPPORTUNITIES");
    PrintBox(v1::SWOT_KIND_THREAT, "THREATS");
    if (!answer_.silent().empty()) {
      out << Bold(context_.terminal(), "RULES THAT COULD NOT SPEAK") << "\n\n";
      for (const std::string& silent : answer_.silent()) {
        out << Wrapped(Printable(silent), "  - ", width_);
      }
    }
    PrintResultFooter(context_.terminal(), answer_.meta());
  }

 private:
  void PrintBox(v1::SwotKind kind, const char* title) const {
    std::ostream& out = context_.out();
    out << Bold(context_.terminal(), title) << "\n\n";
    bool any = false;
    for (const v1::SwotStatement& statement : answer_.statements()) {
      if (statement.kind() != kind) continue;
      any = true;
      out << Wrapped(Printable(statement.statement()), "  * ", width_)
          << Wrapped(Printable(statement.recommendation()), "    -> ", width_);
      for (const v1::SwotEvidence& evidence : statement.evidence()) PrintEvidence(evidence);
      out << '\n';
    }
    if (!any) out << "  (none: no rule is met)\n\n";
  }

  void PrintEvidence(const v1::SwotEvidence& evidence) const {
    std::string text =
        absl::StrCat(Printable(evidence.kpi()), " ", Figure(evidence.kpi(), evidence.value()));
    if (evidence.has_comparison()) {
      absl::StrAppend(&text, " against ", Figure(evidence.kpi(), evidence.comparison()), ": ",
                      Printable(evidence.comparison_meaning()));
    }
    context_.out() << Wrapped(text, "       ", width_) << "         " << Command(evidence) << '\n';
  }

  std::string Figure(const std::string& kpi, const v1::Value& value) const {
    const auto unit = units_.find(kpi);
    const std::string name = unit == units_.end() ? "" : unit->second;
    std::string text = FormatValue(value, name, answer_.meta().currency_code());
    if (value.kind_case() == v1::Value::kMoney) {
      absl::StrAppend(&text, " ", answer_.meta().currency_code());
    }
    if (value.has_interval()) {
      absl::StrAppend(&text, " (", FormatPercent(value.interval().low()), " to ",
                      FormatPercent(value.interval().high()),
                      ", n = ", FormatInteger(value.sample_size()), ")");
    }
    return text;
  }

  // What gives the figure again.
  std::string Command(const v1::SwotEvidence& evidence) const {
    const GlobalFlags& flags = context_.flags();
    std::string command = absl::StrCat(CommandStart(flags), " kpi explain ", evidence.kpi());
    if (!evidence.where().empty()) {
      absl::StrAppend(&command, " --filter ", ShellWord(evidence.where()));
    }
    for (const auto& [name, text] :
         {std::pair<const char*, const std::string&>("as-of", flags.as_of),
          {"from", flags.from},
          {"to", flags.to}}) {
      if (!text.empty()) absl::StrAppend(&command, " --", name, " ", text);
    }
    return Printable(command);
  }

  Context& context_;
  const v1::GenerateSwotResponse& answer_;
  const KpiUnits units_;
  int width_ = 0;
};

// A row a figure of evidence; the statement stands in each of its rows.
void WriteSwotCsv(std::ostream& out, const v1::GenerateSwotResponse& answer) {
  WriteCsvRow(out, {"kind", "rule", "statement", "recommendation", "kpi", "where", "value",
                    "interval_low", "interval_high", "comparison", "comparison_meaning"});
  for (const v1::SwotStatement& statement : answer.statements()) {
    for (const v1::SwotEvidence& evidence : statement.evidence()) {
      const v1::Value& value = evidence.value();
      const bool interval = value.has_interval();
      WriteCsvRow(out, {KindName(statement.kind()), statement.rule(), statement.statement(),
                        statement.recommendation(), evidence.kpi(), evidence.where(),
                        PlainValue(value), interval ? PlainNumber(value.interval().low()) : "",
                        interval ? PlainNumber(value.interval().high()) : "",
                        evidence.has_comparison() ? PlainValue(evidence.comparison()) : "",
                        evidence.comparison_meaning()});
    }
  }
}

absl::StatusOr<KpiUnits> UnitsOfKpis(Context& context) {
  STRATA_ASSIGN_OR_RETURN(const std::string workspace, context.Workspace());
  STRATA_ASSIGN_OR_RETURN(const v1::ListKpisResponse list, FetchKpis(context, workspace));
  KpiUnits units;
  for (const v1::Kpi& kpi : list.kpis()) units[kpi.id()] = kpi.unit();
  return units;
}

absl::Status Swot(Context& context) {
  STRATA_ASSIGN_OR_RETURN(const v1::GenerateSwotResponse answer,
                          Ask(context, &Client::GenerateSwot, [](v1::GenerateSwotRequest&) {}));
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(answer);
    case OutputForm::kCsv:
      WriteSwotCsv(context.out(), answer);
      TellNotes(context.terminal(), answer.meta());
      break;
    case OutputForm::kTable: {
      STRATA_ASSIGN_OR_RETURN(KpiUnits units, UnitsOfKpis(context));
      SwotPage(context, answer, std::move(units)).Print();
      break;
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AddInsightAdvice(CLI::App& insight, Context& context) {
  auto args = std::make_shared<RecommendArguments>();
  CLI::App* recommend = AddCommand(
      insight, "recommend", "What goes together, and what a customer could buy too",
      "strata insight recommend --customer A-00081 --basket customer",
      [&context, args] { return Recommend(context, *args); }, context);
  recommend->add_option("--customer", args->customer,
                        "Also what similar customers buy and this one does not (csv: only that)");
  recommend->add_option("--basket", args->basket, "What counts as bought together [order]")
      ->check(CLI::IsMember({"order", "customer"}));
  recommend->add_flag("--by-line", args->by_line, "Product lines instead of products");
  recommend
      ->add_option("--min-support", args->min_support,
                   "Share of the baskets that hold all of a rule [0.001]")
      ->check(Share());
  recommend
      ->add_option("--min-confidence", args->min_confidence,
                   "Share of the baskets with the left side that hold the right one [0.5]")
      ->check(Share());
  recommend->add_option("--max-items", args->max_items, "Of a rule, both sides, 2 to 6 [3]")
      ->check(WholeNumber(2, 6));

  AddCommand(
      insight, "swot",
      "Strengths, weaknesses, opportunities and threats, with the command behind every number",
      "strata insight swot --as-of 2025-12-31", [&context] { return Swot(context); }, context);
}

}  // namespace strata::cli
