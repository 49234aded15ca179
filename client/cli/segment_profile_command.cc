#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/chart.h"
#include "client/cli/command.h"
#include "client/cli/delimited_output.h"
#include "client/cli/display_width.h"
#include "client/cli/insight_page.h"
#include "client/cli/result_footer.h"
#include "client/cli/segment_scope.h"
#include "client/cli/segment_verbs.h"
#include "client/cli/text_table.h"
#include "client/cli/value_format.h"
#include "server/base/status_macros.h"

// `strata segment profile`: a segment against all others, or against another segment.

namespace strata::cli {
namespace {

constexpr int kBarWidth = 10;
constexpr int kDefaultValues = 10;  // of each dimension, for people
constexpr size_t kBiggest = 5;      // differences that stand above all else
constexpr double kUnlikely = 0.05;  // a difference of a larger p may be chance

struct ProfileArguments {
  std::string segment, against;
  std::vector<std::string> by, crosses;
};

// "with_children", "Germany, women"; an unknown country is a group like any other.
std::string KeysText(const v1::ProfileValue& value) {
  return absl::StrJoin(value.keys(), ", ", [](std::string* out, const v1::Value& key) {
    absl::StrAppend(out, key.kind_case() == v1::Value::kNull
                             ? absl::StrCat("(", FormatNullReason(key.null()), ")")
                             : FormatValue(key, "", ""));
  });
}

// "68.1-72.9%": narrow, for there are two of them in a row.
std::string IntervalText(const v1::Interval& interval) {
  return absl::StrFormat("%.1f-%.1f%%", interval.low() * 100, interval.high() * 100);
}

// A difference of shares has percentage points.
std::string Points(double difference) { return absl::StrFormat("%+.1f", difference * 100); }

std::string LiftText(const v1::ProfileValue& value) {
  if (value.customers_against() == 0) return value.customers() > 0 ? "only here" : "–";
  return absl::StrFormat("%.2f", value.lift());
}

std::string ProbabilityText(double p) { return p < 0.001 ? "<0.001" : absl::StrFormat("%.3f", p); }

void PrintGroups(const Terminal& terminal, const v1::ProfileSegmentResponse& answer,
                 const std::string& against) {
  TextTable table({{""},
                   {"customers", Align::kRight},
                   {"share", Align::kRight},
                   {"revenue", Align::kRight},
                   {"share", Align::kRight},
                   {"revenue each", Align::kRight},
                   {"orders each", Align::kRight}});
  const std::string& currency = answer.meta().currency_code();
  const auto add = [&](const std::string& name, const v1::ProfileGroup& group) {
    table.AddRow({name, FormatInteger(group.customers()), FormatPercent(group.share_of_customers()),
                  FormatMoney(group.revenue(), currency), FormatPercent(group.share_of_revenue()),
                  FormatMoney(group.revenue_per_customer(), currency),
                  FormatNumber(group.orders_per_customer())});
  };
  add("segment", answer.segment());
  add(against.empty() ? "all others" : Printable(against), answer.against());
  table.Print(terminal);
  if (!against.empty()) {
    terminal.out << '\n' << FormatInteger(answer.overlap()) << " customers are in both\n";
  }
}

bool MoreDifferent(const v1::ProfileValue* a, const v1::ProfileValue* b) {
  return std::fabs(a->difference()) > std::fabs(b->difference());
}

// What a reader wants to know first: the values whose shares differ most, of whatever dimension.
void PrintBiggest(const Terminal& terminal, const v1::ProfileSegmentResponse& answer) {
  std::vector<const v1::ProfileValue*> values;
  std::map<const v1::ProfileValue*, std::string> names;
  for (const v1::ProfileDimension& dimension : answer.dimensions()) {
    if (dimension.distance() >= 1) continue;  // by which the two were told apart
    for (const v1::ProfileValue& value : dimension.values()) {
      const bool known =
          std::all_of(value.keys().begin(), value.keys().end(),
                      [](const v1::Value& key) { return key.kind_case() != v1::Value::kNull; });
      if (value.p() >= kUnlikely || !known) continue;
      values.push_back(&value);
      names[&value] =
          absl::StrCat(Printable(absl::StrJoin(dimension.fields(), " x ")), " ", KeysText(value));
    }
  }
  std::stable_sort(values.begin(), values.end(), MoreDifferent);
  if (values.size() > kBiggest) values.resize(kBiggest);
  terminal.out << '\n';
  if (values.empty()) {
    terminal.out << "No difference in the shares below is more than chance may bring.\n";
    return;
  }
  terminal.out << Bold(terminal, "Biggest differences") << "\n\n";
  TextTable table({{""}, {"", Align::kRight}, {""}});
  for (const v1::ProfileValue* value : values) {
    table.AddRow({names[value], absl::StrCat(Points(value->difference()), " points"),
                  absl::StrCat(FormatPercent(value->share()), " against ",
                               FormatPercent(value->share_against()))});
  }
  table.Print(terminal);
}

// All values in their own order, or the most different ones where there are too many.
std::vector<const v1::ProfileValue*> Shown(const v1::ProfileDimension& dimension, int limit) {
  std::vector<const v1::ProfileValue*> values;
  for (const v1::ProfileValue& value : dimension.values()) values.push_back(&value);
  if (dimension.values_size() <= limit) return values;
  std::stable_sort(values.begin(), values.end(), MoreDifferent);
  values.resize(limit);
  return values;
}

// What of a dimension's table has room: figures, bars beside them, intervals as well.
enum class Width : uint8_t { kFigures, kBars, kIntervals };
Width WidthOf(const Terminal& terminal) {
  constexpr int kWithIntervals = 128, kWithBars = 104;
  if (!terminal.out_is_terminal || terminal.width >= kWithIntervals) return Width::kIntervals;
  return terminal.width >= kWithBars ? Width::kBars : Width::kFigures;
}

// Shares side by side, with bars that are as long as the largest share of either side asks for.
void PrintDimension(const Terminal& terminal, const v1::ProfileDimension& dimension,
                    const std::string& against, int limit) {
  double largest = 0;
  for (const v1::ProfileValue& value : dimension.values()) {
    largest = std::max({largest, value.share(), value.share_against()});
  }
  const Width width = WidthOf(terminal);
  const bool bars = terminal.rich && width >= Width::kBars, intervals = width == Width::kIntervals;
  terminal.out << '\n'
               << Bold(terminal, Printable(absl::StrJoin(dimension.fields(), " x ")))
               << absl::StrFormat("  (distance %.3f)\n\n", dimension.distance());
  std::vector<TextTable::Column> columns = {{"value"}, {"customers", Align::kRight}};
  const auto add_side = [&](const std::string& name) {
    columns.push_back({name, Align::kRight});
    if (bars) columns.push_back({"", Align::kLeft, TextTable::Fit::kKeep});
    if (intervals) columns.push_back({"95%", Align::kRight});
  };
  add_side("segment");
  add_side(against.empty() ? "others" : "against");
  for (const char* name : {"points", "lift", "p", "of revenue"}) {
    columns.push_back({name, Align::kRight});
  }
  TextTable table(std::move(columns));
  for (const v1::ProfileValue* value : Shown(dimension, limit)) {
    std::vector<std::string> row = {KeysText(*value), FormatInteger(value->customers())};
    const auto add = [&](double share, bool known, const v1::Interval& interval) {
      row.push_back(FormatPercent(share));
      if (bars) row.push_back(largest > 0 ? Bar(share / largest, kBarWidth) : "");
      if (intervals) row.push_back(known ? IntervalText(interval) : "");
    };
    add(value->share(), value->has_share_interval(), value->share_interval());
    add(value->share_against(), value->has_share_against_interval(),
        value->share_against_interval());
    row.insert(row.end(), {Points(value->difference()), LiftText(*value),
                           ProbabilityText(value->p()), FormatPercent(value->share_of_revenue())});
    table.AddRow(std::move(row));
  }
  table.Print(terminal);
  if (limit < dimension.values_size()) {
    terminal.out << "and " << FormatInteger(dimension.values_size() - limit)
                 << " less different ones: --limit N\n";
  }
}

void PrintProfile(const Context& context, const v1::ProfileSegmentResponse& answer,
                  const ProfileArguments& args) {
  const Terminal& terminal = context.terminal();
  PrintGroups(terminal, answer, args.against);
  const int limit = context.flags().limit > 0 ? context.flags().limit : kDefaultValues;
  // Shares of nobody would be a page of zeroes; the notes below say who is missing.
  if (answer.segment().customers() > 0 && answer.against().customers() > 0) {
    PrintBiggest(terminal, answer);
    for (const v1::ProfileDimension& dimension : answer.dimensions()) {
      PrintDimension(terminal, dimension, args.against, limit);
    }
  }
  PrintResultFooter(terminal, answer.meta());
}

// A row a value of a dimension; the second field and value are those of a cross.
void WriteProfileCsv(std::ostream& out, const v1::ProfileSegmentResponse& answer) {
  WriteCsvRow(out, {"field", "value", "cross_field", "cross_value", "customers", "share",
                    "share_low", "share_high", "customers_against", "share_against",
                    "share_against_low", "share_against_high", "lift", "difference", "p", "revenue",
                    "share_of_revenue", "distance"});
  for (const v1::ProfileDimension& dimension : answer.dimensions()) {
    const bool cross = dimension.fields_size() > 1;
    for (const v1::ProfileValue& value : dimension.values()) {
      const auto key = [&](int i) {
        return i < value.keys_size() ? PlainValue(value.keys(i)) : std::string();
      };
      WriteCsvRow(
          out,
          {dimension.fields_size() > 0 ? dimension.fields(0) : "", key(0),
           cross ? dimension.fields(1) : "", cross ? key(1) : "", absl::StrCat(value.customers()),
           PlainNumber(value.share()), PlainNumber(value.share_interval().low()),
           PlainNumber(value.share_interval().high()), absl::StrCat(value.customers_against()),
           PlainNumber(value.share_against()), PlainNumber(value.share_against_interval().low()),
           PlainNumber(value.share_against_interval().high()),
           // Of a value that the others do not have there is no lift.
           value.customers_against() == 0 ? "" : PlainNumber(value.lift()),
           PlainNumber(value.difference()), PlainNumber(value.p()), PlainMoney(value.revenue()),
           PlainNumber(value.share_of_revenue()), PlainNumber(dimension.distance())});
    }
  }
}

absl::Status Profile(Context& context, const ProfileArguments& args) {
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
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(answer);
    case OutputForm::kCsv:
      WriteProfileCsv(context.out(), answer);
      TellNotes(context, answer.meta());
      break;
    case OutputForm::kTable:
      PrintProfile(context, answer, args);
      break;
  }
  return absl::OkStatus();
}

}  // namespace

void AddSegmentProfile(CLI::App& segment, Context& context) {
  auto args = std::make_shared<ProfileArguments>();
  CLI::App* profile = AddCommand(
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
