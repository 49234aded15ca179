#include <vector>

#include "server/analytics/facts/seen.h"
#include "server/analytics/facts/ticket.h"
#include "server/analytics/kpi/scan/group_sums.h"
#include "server/analytics/kpi/scan/order_rows.h"
#include "server/domain/calendar.h"

// What customers said: NPS surveys, and ratings by CSAT surveys and on tickets.

namespace strata::analytics::kpi {
namespace {

using M = Measure;

// Of the eleven points of the Net Promoter Score.
constexpr int kPromoter = 9, kDetractor = 6;

void AddRating(uint32_t id, int score, GroupSums* sums) {
  ++sums->counts().used;
  sums->Add(M::kRatings, id, 1);
  if (facts::IsGoodRating(score)) sums->Add(M::kPositiveRatings, id, 1);
}

void MarkUsed(const ScanInput& input, image::Feed feed, const image::Block& block, size_t rows,
              size_t row) {
  if (input.used != nullptr) input.used->Add(feed, block, rows, row);
}

// Drops the rows that are no answers of the kind, so that they do not count as left out either.
std::vector<Day> DaysOfKind(const image::SurveyColumns& surveys, SurveyKind kind) {
  std::vector<Day> days = surveys.day;
  for (size_t row = 0; row < days.size(); ++row) {
    if (surveys.kind[row] != kind) days[row] = kNoDay;
  }
  return days;
}

// A ticket's rating counts on the day of its resolution; kNoDay where there is none to be seen.
std::vector<Day> DaysOfRatings(const image::TicketColumns& tickets, const facts::Seen& seen,
                               DayFinder* day_finder) {
  std::vector<Day> days(tickets.csat.size(), kNoDay);
  for (size_t row = 0; row < days.size(); ++row) {
    const Millis resolved = tickets.resolved_time[row];
    if (tickets.csat[row] == 0 || !seen(resolved)) continue;
    days[row] = day_finder->DayOf(resolved);
  }
  return days;
}

}  // namespace

absl::StatusOr<ScanResult> ScanSurveys(const ScanInput& input) {
  return ScanGroupSums(
      input, Facts::kSurveys, M::kNpsAnswers,
      [&](size_t, const image::Block& block, GroupSums* sums) {
        if (block.surveys == nullptr) return;
        const image::SurveyColumns& surveys = *block.surveys;
        const std::vector<Day> days = DaysOfKind(surveys, SurveyKind::kNps);
        fields::FactRows rows;
        rows.surveys = &surveys;
        std::vector<uint32_t> ids;
        IndexFacts(input, block, {surveys.begin, days, rows}, &sums->ids(), &ids, &sums->counts());
        for (size_t row = 0; row < ids.size(); ++row) {
          if (ids[row] == kNoGroupId) continue;
          ++sums->counts().used;
          MarkUsed(input, image::Feed::kSurveys, block, ids.size(), row);
          sums->Add(M::kNpsAnswers, ids[row], 1);
          if (surveys.score[row] >= kPromoter) sums->Add(M::kPromoters, ids[row], 1);
          if (surveys.score[row] <= kDetractor) sums->Add(M::kDetractors, ids[row], 1);
        }
      });
}

absl::StatusOr<ScanResult> ScanRatings(const ScanInput& input) {
  const facts::Seen seen(*input.revision->calendar, input.as_of);
  std::vector<DayFinder> day_finders(ScanWorkers(), DayFinder(input.revision->calendar->zone()));
  return ScanGroupSums(
      input, Facts::kRatings, M::kRatings,
      [&](size_t worker, const image::Block& block, GroupSums* sums) {
        std::vector<uint32_t> ids;
        fields::FactRows rows;  // no field of tickets or surveys fits, so none is read
        if (block.tickets != nullptr) {
          const std::vector<Day> days = DaysOfRatings(*block.tickets, seen, &day_finders[worker]);
          rows.tickets = block.tickets.get();
          IndexFacts(input, block, {block.tickets->begin, days, rows}, &sums->ids(), &ids,
                     &sums->counts());
          for (size_t row = 0; row < ids.size(); ++row) {
            if (ids[row] == kNoGroupId) continue;
            AddRating(ids[row], block.tickets->csat[row], sums);
            MarkUsed(input, image::Feed::kTickets, block, ids.size(), row);
          }
        }
        if (block.surveys != nullptr) {
          const std::vector<Day> days = DaysOfKind(*block.surveys, SurveyKind::kCsat);
          rows = {};
          rows.surveys = block.surveys.get();
          IndexFacts(input, block, {block.surveys->begin, days, rows}, &sums->ids(), &ids,
                     &sums->counts());
          for (size_t row = 0; row < ids.size(); ++row) {
            if (ids[row] == kNoGroupId) continue;
            AddRating(ids[row], block.surveys->score[row], sums);
            MarkUsed(input, image::Feed::kSurveys, block, ids.size(), row);
          }
        }
      });
}

}  // namespace strata::analytics::kpi
