#include "client/cli/ask/customer/customer_service_record.h"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/time_format.h"
#include "client/cli/present/value_format.h"
#include "server/domain/currency.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {
namespace {

constexpr int kSurveysShown = 6;

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

// The first instant after the answer's as_of, in the workspace's time zone.
absl::Time EndOf(const v1::ResultMeta& meta) {
  absl::TimeZone zone = absl::UTCTimeZone();
  absl::LoadTimeZone(meta.time_zone(), &zone);
  absl::CivilDay as_of;
  if (!absl::ParseCivilTime(meta.as_of(), &as_of)) return absl::InfiniteFuture();
  return absl::FromCivil(as_of + 1, zone);
}

std::string Span(absl::Duration span) {
  const double hours = absl::ToDoubleHours(span);
  if (hours < 1) return absl::StrFormat("%.0f min", absl::ToDoubleMinutes(span));
  if (hours < 48) return absl::StrFormat("%.0f h", hours);
  return absl::StrFormat("%.1f days", hours / 24);
}

bool IsOpen(const v1::Ticket& ticket) {
  return !ticket.has_resolved_time() && ticket.status() == v1::TICKET_STATUS_OPEN;
}
bool IsPastDue(const v1::Ticket& ticket, absl::Time end) {
  return IsOpen(ticket) && ticket.has_sla_due_time() && TimeOf(ticket.sla_due_time()) < end;
}

// "open, past due by 3.0 days", "after 5 h, 2 h late".
std::string Progress(const v1::Ticket& ticket, absl::Time end) {
  if (ticket.has_resolved_time()) {
    const absl::Time resolved = TimeOf(ticket.resolved_time());
    const std::string text = absl::StrCat("after ", Span(resolved - TimeOf(ticket.opened_time())));
    if (!ticket.has_sla_due_time() || resolved <= TimeOf(ticket.sla_due_time())) return text;
    return absl::StrCat(text, ", ", Span(resolved - TimeOf(ticket.sla_due_time())), " late");
  }
  if (ticket.status() == v1::TICKET_STATUS_CANCELLED) return "cancelled";
  if (ticket.status() == v1::TICKET_STATUS_RESOLVED) return "resolved, nobody says when";
  if (!ticket.has_sla_due_time()) return "open";
  const absl::Time due = TimeOf(ticket.sla_due_time());
  return due < end ? absl::StrCat("open, past due by ", Span(end - due))
                   : absl::StrCat("open, due in ", Span(due - end));
}

std::string StateOf(const v1::Ticket& ticket, absl::Time end) {
  if (!ticket.has_escalated_time()) return Progress(ticket, end);
  const absl::Duration after = TimeOf(ticket.escalated_time()) - TimeOf(ticket.opened_time());
  return absl::StrCat("escalated after ", Span(after), ", ", Progress(ticket, end));
}

std::string Plural(int64_t count, absl::string_view noun) {
  return absl::StrCat(FormatInteger(count), " ", noun, count == 1 ? "" : "s");
}

}  // namespace

void PrintTickets(const Terminal& terminal, const v1::GetCustomerResponse& customer, int shown) {
  if (customer.total_tickets() == 0) return;
  const absl::Time end = EndOf(customer.meta());
  int64_t open = 0, past_due = 0;
  TextTable table({{"ticket"},
                   {"opened"},
                   {"priority"},
                   {"category"},
                   {"response", Align::kRight},
                   {"resolved", Align::kLeft, TextTable::Fit::kWrap},
                   {"csat", Align::kRight}});
  for (int i = 0; i < customer.tickets_size(); ++i) {
    const v1::Ticket& ticket = customer.tickets(i);
    open += IsOpen(ticket);
    past_due += IsPastDue(ticket, end);
    if (i >= shown && !IsOpen(ticket)) continue;
    const absl::Time opened = TimeOf(ticket.opened_time());
    table.AddRow({Printable(ticket.id()), FormatTime(ticket.opened_time()).substr(0, 10),
                  Printable(ticket.priority()), Printable(ticket.category()),
                  ticket.has_first_response_time()
                      ? Span(TimeOf(ticket.first_response_time()) - opened)
                      : "–",
                  StateOf(ticket, end), ticket.has_csat() ? absl::StrCat(ticket.csat()) : "–"});
  }
  std::string head = absl::StrCat("Service: ", Plural(customer.total_tickets(), "ticket"));
  if (open == 0) {
    head += ", none open";
  } else {
    absl::StrAppend(&head, ", ", FormatInteger(open), " open, ",
                    past_due == 0 ? "none" : FormatInteger(past_due), " of them past due");
  }
  terminal.out << '\n' << Bold(terminal, head) << "\n\n";
  table.Print(terminal);
}

void PrintContracts(const Terminal& terminal, const v1::GetCustomerResponse& customer) {
  if (customer.contracts_size() == 0) return;
  absl::CivilDay as_of;
  absl::ParseCivilTime(customer.meta().as_of(), &as_of);
  TextTable table({{"contract"},
                   {"from"},
                   {"to"},
                   {"in force", Align::kLeft, TextTable::Fit::kKeep},
                   {absl::StrCat("a year (", customer.meta().currency_code(), ")"), Align::kRight},
                   {"auto-renew"},
                   {"owner"}});
  for (const v1::Contract& contract : customer.contracts()) {
    std::string state = "yes, open-ended";
    absl::CivilDay end;
    if (!contract.end_date().empty() && absl::ParseCivilTime(contract.end_date(), &end)) {
      const int64_t days = end - as_of;
      state = days < 0 ? absl::StrCat("ended ", Plural(-days, "day"), " ago")
                       : absl::StrCat("ends in ", Plural(days, "day"));
    }
    table.AddRow(
        {Printable(contract.id()), Printable(contract.start_date()),
         contract.end_date().empty() ? "–" : Printable(contract.end_date()), state,
         MoneyText(MicrosSum{contract.annual_value_micros()}, customer.meta().currency_code()),
         !contract.has_auto_renew() ? "–"
         : contract.auto_renew()    ? "yes"
                                    : "no",
         contract.owner().empty() ? "–" : Printable(contract.owner())});
  }
  terminal.out << '\n' << Bold(terminal, "Contracts") << "\n\n";
  table.Print(terminal);
}

void PrintSurveys(const Terminal& terminal, const v1::GetCustomerResponse& customer) {
  if (customer.surveys_size() == 0) return;
  terminal.out << '\n' << Bold(terminal, "Surveys, latest first") << "\n\n";
  TextTable table({{""}, {"", Align::kLeft, TextTable::Fit::kWrap}});
  for (const auto& [kind, name] : {std::pair(v1::SURVEY_KIND_NPS, "NPS (0 to 10)"),
                                   std::pair(v1::SURVEY_KIND_CSAT, "CSAT (1 to 5)")}) {
    std::vector<std::string> scores;
    for (const v1::Survey& survey : customer.surveys()) {
      if (survey.kind() != kind) continue;
      scores.push_back(
          absl::StrCat(survey.score(), " (", FormatTime(survey.time()).substr(0, 10), ")"));
    }
    if (scores.empty()) continue;
    const size_t more = scores.size() > kSurveysShown ? scores.size() - kSurveysShown : 0;
    scores.resize(scores.size() - more);
    table.AddRow({name, absl::StrCat(absl::StrJoin(scores, ", "),
                                     more > 0 ? absl::StrCat(" and ", more, " earlier") : "")});
  }
  table.Print(terminal);
}

}  // namespace strata::cli
