#include "client/cli/demo/demo_service.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/demo/demo_profile.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {
namespace {

constexpr uint64_t kEscalationStream = 2;
constexpr int64_t kHour = 3600;

struct Priority {
  const char* name;
  int64_t due_hours;
  int share;  // of 100
};
constexpr Priority kPriorities[] = {
    {"urgent", 8, 8}, {"high", 24, 22}, {"normal", 48, 50}, {"low", 96, 20}};
constexpr const char* kCategories[] = {"delivery", "billing", "quality", "assembly", "account"};

const Priority& PickPriority(bool low, DemoRandom& random) {
  int64_t draw = random.Below(100);
  if (low) return kPriorities[3];
  for (const Priority& priority : kPriorities) {
    draw -= priority.share;
    if (draw < 0) return priority;
  }
  return kPriorities[2];
}

// How an account is served in a month.
struct Service {
  int64_t tickets;    // expected, in thousandths
  int64_t missed;     // SLAs, permille
  int64_t slowness;   // of the first response, thousandths of the usual
  int64_t satisfied;  // ratings of 4 and 5, permille
  int64_t escalated;  // by the way, permille
};
Service ServiceOf(const DemoAccount& account, int month) {
  if (!account.business) return {35, 90, 1000, 840, 6};
  switch (account.role) {
    case DemoRole::kNeglected:
      return {700, 480, 2600, 450, 25};
    case DemoRole::kTalkative:
      return {2200, 40, 600, 930, 0};
    default:
      break;
  }
  constexpr int64_t kTickets[] = {1000, 1400, 2000, 2700};
  constexpr int64_t kMissed[] = {90, 170, 260, 360};
  constexpr int64_t kSatisfied[] = {840, 730, 600, 450};
  const int trouble = TroubleAt(account, month);
  return {(150 + 20 * account.size) * kTickets[trouble] / 1000, kMissed[trouble],
          1000 + 300 * trouble, kSatisfied[trouble], 15};
}

// Fills what follows from the opening, as far as it lies before the end of the data.
void Serve(const Service& service, const Priority& priority, int64_t opened, int64_t end,
           bool cancelled, DemoRandom& random, v1::Ticket* ticket) {
  const int64_t due = opened + priority.due_hours * kHour;
  *ticket->mutable_sla_due_time() = DemoTimestamp(due);
  const int64_t usual = priority.due_hours * kHour / 6;
  const int64_t responded = opened + random.Between(usual / 4, usual) * service.slowness / 1000;
  const bool missed = random.Chance(service.missed);
  int64_t resolved = missed ? due + random.Between(1, 3 * priority.due_hours) * kHour
                            : opened + priority.due_hours * kHour * random.Between(35, 95) / 100;
  resolved = std::max(resolved, responded + 600);
  const bool rated = random.Chance(550);
  const int64_t rating =
      random.Chance(service.satisfied) ? random.Between(4, 5) : random.Between(1, 3);
  if (responded <= end) *ticket->mutable_first_response_time() = DemoTimestamp(responded);
  ticket->set_status(v1::TICKET_STATUS_OPEN);
  if (cancelled) {
    ticket->set_status(v1::TICKET_STATUS_CANCELLED);
  } else if (resolved <= end) {
    ticket->set_status(v1::TICKET_STATUS_RESOLVED);
    *ticket->mutable_resolved_time() = DemoTimestamp(resolved);
    if (rated) ticket->set_csat(static_cast<int32_t>(rating));
  }
}

// One account's tickets and surveys.
class ServiceMaker {
 public:
  ServiceMaker(const DemoAccount& account, const DemoCalendar& calendar, DemoRandom& random,
               RecordTaker take)
      : account_(account),
        calendar_(calendar),
        random_(random),
        take_(take),
        end_((int64_t{calendar.end()} + 1) * kSecondsADay - 1) {}

  absl::Status MakeMonth(int month) {
    const Service service = ServiceOf(account_, month);
    const int64_t tickets = random_.Count(service.tickets);
    for (int64_t i = 0; i < tickets; ++i) {
      const Day day =
          calendar_.FirstDay(month) + static_cast<Day>(random_.Below(calendar_.DaysIn(month)));
      STRATA_RETURN_IF_ERROR(MakeTicket(service, day, false));
    }
    return MakeSurvey(service, month);
  }

  absl::Status MakeEscalation(Day day, int month) {
    return MakeTicket(ServiceOf(account_, month), day, true);
  }

 private:
  absl::Status MakeTicket(const Service& service, Day day, bool escalate) {
    const Priority& priority = PickPriority(account_.role == DemoRole::kTalkative, random_);
    const int64_t opened = int64_t{day} * kSecondsADay + random_.Between(6 * kHour, 18 * kHour);
    v1::Record record;
    v1::Ticket* ticket = record.mutable_ticket();
    ticket->set_id(absl::StrCat("T-", account_.id, "-", ++tickets_));
    ticket->set_customer(account_.id);
    *ticket->mutable_opened_time() = DemoTimestamp(opened);
    ticket->set_priority(escalate ? "urgent" : priority.name);
    ticket->set_category(random_.Pick(kCategories));
    const bool cancelled = random_.Chance(20) && !escalate;
    const int64_t escalated = opened + random_.Between(2, 5) * kHour;
    const bool by_the_way = random_.Chance(service.escalated) && !cancelled;
    Serve(service, escalate ? kPriorities[0] : priority, opened, end_, cancelled, random_, ticket);
    if (opened > end_) return absl::OkStatus();
    if ((escalate || by_the_way) && escalated <= end_) {
      *ticket->mutable_escalated_time() = DemoTimestamp(escalated);
    }
    return take_(std::move(record));
  }

  absl::Status MakeSurvey(const Service& service, int month) {
    const bool asked = account_.business ? (month + account_.index) % 6 == 0 && random_.Chance(700)
                                         : random_.Chance(15);
    if (!asked) return absl::OkStatus();
    const Day day = calendar_.FirstDay(month) + static_cast<Day>(random_.Below(28));
    v1::Record record;
    v1::Survey* survey = record.mutable_survey();
    survey->set_id(absl::StrCat("S-", account_.id, "-", ++surveys_));
    survey->set_customer(account_.id);
    *survey->mutable_time() = DemoTime(day, random_);
    const bool happy = random_.Chance(service.satisfied);
    if (account_.business) {
      survey->set_kind(v1::SURVEY_KIND_NPS);
      survey->set_score(
          static_cast<int32_t>(happy ? random_.Between(7, 10) : random_.Between(1, 7)));
    } else {
      survey->set_kind(v1::SURVEY_KIND_CSAT);
      survey->set_score(
          static_cast<int32_t>(happy ? random_.Between(4, 5) : random_.Between(1, 3)));
    }
    return day <= calendar_.end() ? take_(std::move(record)) : absl::OkStatus();
  }

  const DemoAccount& account_;
  const DemoCalendar& calendar_;
  DemoRandom& random_;
  RecordTaker take_;
  const int64_t end_;  // the last second
  int tickets_ = 0, surveys_ = 0;
};

}  // namespace

std::optional<Day> EscalationDay(const DemoAccount& account, const DemoCalendar& calendar,
                                 uint64_t seed) {
  if (account.role != DemoRole::kEscalated) return std::nullopt;
  DemoRandom random(seed ^ static_cast<uint64_t>(account.index), kEscalationStream);
  const Day first = calendar.FirstDay(account.trouble_month);
  // A day on which the hours until the escalation still lie within the data.
  const Day last = std::min(first + calendar.DaysIn(account.trouble_month) - 1, calendar.end() - 1);
  return last < first ? first : first + static_cast<Day>(random.Below(last - first + 1));
}

absl::Status MakeDemoService(const DemoAccount& account, const DemoCalendar& calendar,
                             uint64_t seed, DemoRandom& random, RecordTaker take) {
  ServiceMaker maker(account, calendar, random, take);
  for (int month = account.first_month; month <= account.last_month; ++month) {
    STRATA_RETURN_IF_ERROR(maker.MakeMonth(month));
  }
  if (const std::optional<Day> day = EscalationDay(account, calendar, seed)) {
    return maker.MakeEscalation(*day, account.trouble_month);
  }
  return absl::OkStatus();
}

}  // namespace strata::cli
