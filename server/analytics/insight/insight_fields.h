#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_INSIGHT_FIELDS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_INSIGHT_FIELDS_H_

#include "server/analytics/fields/field_family.h"

namespace strata::analytics::insight {

// The fields of customers that rest on insights: health and escalation_risk.
fields::FieldFamily InsightFields();

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_INSIGHT_FIELDS_H_
