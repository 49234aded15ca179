#ifndef STRATA_SERVER_ANALYTICS_KPI_RANGE_NOTES_H_
#define STRATA_SERVER_ANALYTICS_KPI_RANGE_NOTES_H_

#include <string>
#include <vector>

#include "server/analytics/fields/scope.h"
#include "server/analytics/kpi/plan.h"
#include "server/analytics/kpi/scan/measure.h"

namespace strata::analytics::kpi {

// The first day of the records that the facts are made of; kNoDay when there is none.
Day FirstRecordOf(Facts facts, const image::Revision& revision);

// "the first order (2023-02-10)" where `days` begin before the first record of a KPI's facts and
// end on or after it, so that they hold figures of a part of their time; else empty.
std::string PartOfHistory(fields::DayRange days, const Plan& plan, const image::Revision& revision);

// What a reader must know of the further ranges: which days stand beside which, which have no
// counterpart, that an unfinished range is compared with as many days, that history begins within.
void AddRangeNotes(const fields::Scope& scope, const Plan& plan, std::vector<std::string>* notes);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_RANGE_NOTES_H_
