#include "server/analytics/insight/segments/profile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/insight/segments/profile_fields.h"
#include "server/analytics/kpi/row_set.h"
#include "server/analytics/kpi/scan/customer_groups.h"
#include "server/analytics/segment/population.h"
#include "server/analytics/stats/multiple_testing.h"
#include "server/analytics/stats/proportions.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

using image::Slot;

// Who is compared with whom, by slot.
struct Sides {
  std::vector<uint8_t> segment, against, either;
};

absl::StatusOr<Sides> TakeSides(const ProfileQuery& query, const segment::Population& population) {
  Sides sides;
  sides.segment = population.include;
  if (query.against.has_value()) {
    fields::Scope other = query.scope;
    other.filter = *query.against;
    STRATA_ASSIGN_OR_RETURN(segment::Population against, segment::SelectCustomers(other, {}));
    sides.against = std::move(against.include);
  } else {
    sides.against = population.features.exists();
    for (Slot slot = 0; slot < sides.against.size(); ++slot) {
      if (sides.segment[slot] != 0) sides.against[slot] = 0;
    }
  }
  sides.either = sides.segment;
  for (Slot slot = 0; slot < sides.either.size(); ++slot) {
    sides.either[slot] |= sides.against[slot];
  }
  return sides;
}

SegmentProfile::Group SumGroup(const std::vector<uint8_t>& members,
                               const segment::CustomerRevenue& sums) {
  SegmentProfile::Group group;
  const facts::SumView revenue = sums.revenue;
  for (Slot slot = 0; slot < members.size(); ++slot) {
    if (members[slot] == 0) continue;
    ++group.customers;
    group.orders += sums.orders[slot];
    group.revenue += revenue[slot];
  }
  return group;
}

double Share(double part, double whole) { return whole > 0 ? part / whole : 0; }

void CompareGroups(const Sides& sides, const segment::CustomerRevenue& sums,
                   SegmentProfile* profile) {
  profile->segment = SumGroup(sides.segment, sums);
  profile->against = SumGroup(sides.against, sums);
  const SegmentProfile::Group both = SumGroup(sides.either, sums);
  profile->overlap = profile->segment.customers + profile->against.customers - both.customers;
  for (SegmentProfile::Group* group : {&profile->segment, &profile->against}) {
    group->share_of_customers =
        Share(static_cast<double>(group->customers), static_cast<double>(both.customers));
    group->share_of_revenue = Share(ToDouble(group->revenue), ToDouble(both.revenue));
  }
}

// The counts of each combination of values, by group of `groups`.
struct Counts {
  std::vector<int64_t> segment, against;
  std::vector<MicrosSum> revenue;  // of the segment
};

Counts CountGroups(const kpi::CustomerGroups& groups, const Sides& sides,
                   const segment::CustomerRevenue& sums) {
  Counts counts{std::vector<int64_t>(groups.groups()), std::vector<int64_t>(groups.groups()),
                std::vector<MicrosSum>(groups.groups())};
  const facts::SumView revenue = sums.revenue;
  for (Slot slot = 0; slot < sides.either.size(); ++slot) {
    if (sides.either[slot] == 0) continue;
    const uint32_t group = groups.GroupOf(slot);
    counts.against[group] += sides.against[slot];
    if (sides.segment[slot] == 0) continue;
    ++counts.segment[group];
    counts.revenue[group] += revenue[slot];
  }
  return counts;
}

// The groups with customers, in the order of their values, not known last.
std::vector<uint32_t> OccurringGroups(const kpi::CustomerGroups& groups, const Counts& counts,
                                      size_t fields) {
  std::vector<uint32_t> occurring;
  for (uint32_t group = 0; group < groups.groups(); ++group) {
    if (counts.segment[group] + counts.against[group] > 0) occurring.push_back(group);
  }
  std::sort(occurring.begin(), occurring.end(), [&](uint32_t a, uint32_t b) {
    for (size_t field = 0; field < fields; ++field) {
      const uint32_t left = groups.CodeOf(field, a), right = groups.CodeOf(field, b);
      if (left == right) continue;
      if (left == 0 || right == 0) return right == 0;  // code 0 is not known
      if (groups.Ordered(field)) return left < right;
      return kpi::CompareValues(groups.ValueOf(field, left), groups.ValueOf(field, right)) < 0;
    }
    return false;
  });
  return occurring;
}

void CompareShares(const SegmentProfile& profile, SegmentProfile::ValueShare* value) {
  const int64_t n = profile.segment.customers, m = profile.against.customers;
  if (n > 0) {
    value->share = static_cast<double>(value->customers) / static_cast<double>(n);
    value->interval = stats::Wilson(value->customers, n);
  }
  if (m > 0) {
    value->share_against = static_cast<double>(value->customers_against) / static_cast<double>(m);
    value->interval_against = stats::Wilson(value->customers_against, m);
  }
  value->share_of_revenue = Share(ToDouble(value->revenue), ToDouble(profile.segment.revenue));
  if (n == 0 || m == 0) return;
  value->lift = value->customers_against > 0 ? value->share / value->share_against
                                             : std::numeric_limits<double>::infinity();
  value->difference = value->share - value->share_against;
  value->p = stats::EqualProportionsP(value->customers, n, value->customers_against, m);
}

// Whether anything is known of the customers: code 0 is not known, and family says "unknown".
bool NothingKnown(const std::vector<SegmentProfile::ValueShare>& values) {
  return std::all_of(values.begin(), values.end(), [](const SegmentProfile::ValueShare& value) {
    const fields::Value& key = value.keys[0];
    return std::holds_alternative<fields::NullReason>(key) ||
           key == fields::Value(std::string("unknown"));
  });
}

absl::Status AddDimension(const ProfileFields& asked, const fields::Features& features,
                          const Sides& sides, const segment::CustomerRevenue& sums,
                          SegmentProfile* profile) {
  std::vector<const fields::FeatureColumn*> columns;
  for (const std::string& id : asked.fields) columns.push_back(&features.Column(id));
  const kpi::CustomerGroups groups(std::move(columns), &sides.either,
                                   static_cast<Slot>(sides.either.size()));
  const Counts counts = CountGroups(groups, sides, sums);
  const std::vector<uint32_t> occurring = OccurringGroups(groups, counts, asked.fields.size());
  if (occurring.size() > kMostProfileValues) {
    const std::string problem =
        absl::StrCat(absl::StrJoin(asked.fields, ","), " has ", occurring.size(),
                     " values among these customers; at most ", kMostProfileValues);
    if (!asked.by_default) return FieldError(asked.path, problem);
    profile->info.notes.push_back(absl::StrCat("left out: ", problem));
    return absl::OkStatus();
  }
  SegmentProfile::Dimension dimension;
  dimension.fields = asked.fields;
  for (const uint32_t group : occurring) {
    SegmentProfile::ValueShare& value = dimension.values.emplace_back();
    for (size_t field = 0; field < asked.fields.size(); ++field) {
      const uint32_t code = groups.CodeOf(field, group);
      value.keys.push_back(code == 0 ? fields::Value(fields::NullReason::kUnknown)
                                     : groups.ValueOf(field, code));
    }
    value.customers = counts.segment[group];
    value.customers_against = counts.against[group];
    value.revenue = counts.revenue[group];
    CompareShares(*profile, &value);
    dimension.distance += std::fabs(value.difference) / 2;
  }
  if (asked.by_default && NothingKnown(dimension.values)) {
    profile->info.notes.push_back(
        absl::StrCat("left out: nothing is known of ", asked.fields[0], " of these customers"));
    return absl::OkStatus();
  }
  profile->dimensions.push_back(std::move(dimension));
  return absl::OkStatus();
}

void AdjustForManyTests(SegmentProfile* profile) {
  std::vector<double> p;
  for (const SegmentProfile::Dimension& dimension : profile->dimensions) {
    for (const SegmentProfile::ValueShare& value : dimension.values) p.push_back(value.p);
  }
  const std::vector<double> adjusted = stats::BenjaminiHochberg(p);
  auto next = adjusted.begin();
  for (SegmentProfile::Dimension& dimension : profile->dimensions) {
    for (SegmentProfile::ValueShare& value : dimension.values) value.p = *next++;
  }
}

void AddNotes(const ProfileQuery& query, SegmentProfile* profile) {
  std::vector<std::string>& notes = profile->info.notes;
  if (profile->segment.customers == 0) notes.emplace_back("the segment has no customers");
  if (profile->against.customers == 0) {
    notes.emplace_back("there is nobody to compare with: lift, difference and p say nothing");
  }
  if (profile->overlap > 0) {
    notes.push_back(absl::StrCat(profile->overlap,
                                 " customers are in both segments: the two are no independent "
                                 "samples, and p is only a guide"));
  }
  if (query.scope.range_given) {
    notes.emplace_back("revenue and orders are those of the range; fields are as of as_of");
  }
}

}  // namespace

absl::StatusOr<SegmentProfile> ProfileSegment(const ProfileQuery& query) {
  const fields::FieldCatalogue catalogue(*query.scope.revision);
  STRATA_ASSIGN_OR_RETURN(const std::vector<ProfileFields> asked,
                          ProfileFieldsOf(query, catalogue));
  std::vector<std::string> ids;
  for (const ProfileFields& dimension : asked) {
    for (const std::string& id : dimension.fields) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
  }
  STRATA_ASSIGN_OR_RETURN(segment::Population population,
                          segment::SelectCustomers(query.scope, ids));
  STRATA_ASSIGN_OR_RETURN(const Sides sides, TakeSides(query, population));
  STRATA_ASSIGN_OR_RETURN(const segment::CustomerRevenue sums, segment::SumRevenue(query.scope));

  SegmentProfile profile;
  profile.info = std::move(population.info);
  profile.info.current_values.emplace_back("order.status");
  CompareGroups(sides, sums, &profile);
  profile.info.records_used = profile.segment.orders;
  for (const ProfileFields& dimension : asked) {
    STRATA_RETURN_IF_ERROR(query.scope.stop.Check());
    STRATA_RETURN_IF_ERROR(AddDimension(dimension, population.features, sides, sums, &profile));
  }
  AdjustForManyTests(&profile);
  std::stable_sort(profile.dimensions.begin(), profile.dimensions.end(),
                   [](const SegmentProfile::Dimension& a, const SegmentProfile::Dimension& b) {
                     return a.distance > b.distance;
                   });
  AddNotes(query, &profile);
  return profile;
}

}  // namespace strata::analytics::insight
