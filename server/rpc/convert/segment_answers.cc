#include "server/rpc/convert/segment_answers.h"

#include <cmath>
#include <optional>
#include <string>

#include "server/rpc/convert/meta.h"
#include "server/rpc/convert/value.h"

namespace strata::rpc {
namespace {

void ToProto(const analytics::insight::SegmentProfile::Group& group, v1::ProfileGroup* out) {
  out->set_customers(group.customers);
  Money(group.revenue, out->mutable_revenue());
  if (group.customers > 0) {
    MoneyRatio(group.revenue, group.customers, out->mutable_revenue_per_customer());
    out->set_orders_per_customer(static_cast<double>(group.orders) /
                                 static_cast<double>(group.customers));
  }
  out->set_share_of_customers(group.share_of_customers);
  out->set_share_of_revenue(group.share_of_revenue);
}

void SetInterval(const analytics::stats::Bounds& bounds, v1::Interval* out) {
  out->set_low(bounds.low);
  out->set_high(bounds.high);
  out->set_level(0.95);
  out->set_method("wilson");
}

void ToProto(const analytics::insight::SegmentProfile::ValueShare& value, v1::ProfileValue* out) {
  for (const analytics::fields::Value& key : value.keys) rpc::ToProto(key, out->add_keys());
  out->set_customers(value.customers);
  out->set_share(value.share);
  if (value.interval.has_value()) SetInterval(*value.interval, out->mutable_share_interval());
  out->set_customers_against(value.customers_against);
  out->set_share_against(value.share_against);
  if (value.interval_against.has_value()) {
    SetInterval(*value.interval_against, out->mutable_share_against_interval());
  }
  if (std::isfinite(value.lift)) out->set_lift(value.lift);
  out->set_difference(value.difference);
  out->set_p(value.p);
  out->set_share_of_revenue(value.share_of_revenue);
  Money(value.revenue, out->mutable_revenue());
}

void AddCuts(const analytics::classes::RfmCuts& cuts, double unit,
             google::protobuf::RepeatedField<double>* out) {
  // A cut has the unit added that a score needs to be above it.
  for (size_t i = 0; i < cuts.times_bins.size(); ++i) out->Add(cuts.At(i) / unit - 1);
}

std::string DisplayName(const image::Revision& revision, image::Slot slot) {
  const image::Block& block = revision.BlockOf(slot);
  const image::Code code = block.profile->display_name[slot - block.first_slot];
  return std::string(revision.dictionaries->display_name.Text(code));
}

void ToProto(const image::Revision& revision, const analytics::insight::Transitions::Mover& mover,
             v1::TransitionMover* out) {
  out->set_customer(std::string(revision.CustomerId(mover.slot)));
  out->set_display_name(DisplayName(revision, mover.slot));
  out->set_from(mover.from);
  out->set_to(mover.to);
  for (const analytics::insight::Transitions::Change& change : mover.changes) {
    v1::TransitionMover::Change* made = out->add_changes();
    made->set_field(change.field);
    rpc::ToProto(change.before, made->mutable_before());
    rpc::ToProto(change.after, made->mutable_after());
  }
}

}  // namespace

void ToProto(const image::Revision& revision, const analytics::insight::SegmentProfile& profile,
             v1::ProfileSegmentResponse* out) {
  ToProto(revision, profile.info, out->mutable_meta());
  ToProto(profile.segment, out->mutable_segment());
  ToProto(profile.against, out->mutable_against());
  out->set_overlap(profile.overlap);
  for (const analytics::insight::SegmentProfile::Dimension& dimension : profile.dimensions) {
    v1::ProfileDimension* made = out->add_dimensions();
    for (const std::string& field : dimension.fields) made->add_fields(field);
    for (const analytics::insight::SegmentProfile::ValueShare& value : dimension.values) {
      ToProto(value, made->add_values());
    }
    made->set_distance(dimension.distance);
  }
}

void ToProto(const image::Revision& revision, const analytics::insight::RfmTable& table,
             v1::ScoreRfmResponse* out) {
  ToProto(revision, table.info, out->mutable_meta());
  AddCuts(table.scores.recency, 1, out->mutable_recency_cuts());
  AddCuts(table.scores.frequency, 1, out->mutable_frequency_cuts());
  AddCuts(table.scores.monetary, kMicrosAUnit, out->mutable_monetary_cuts());
  for (const analytics::insight::RfmTable::Name& name : table.names) {
    v1::RfmName* made = out->add_names();
    made->set_name(std::string(name.name));
    made->set_customers(name.customers);
    made->set_orders(name.orders);
    Money(name.revenue, made->mutable_revenue());
    made->set_share_of_customers(name.share_of_customers);
    made->set_share_of_revenue(name.share_of_revenue);
  }
  for (const analytics::insight::RfmTable::Cell& cell : table.cells) {
    v1::RfmCell* made = out->add_cells();
    made->set_recency(cell.r);
    made->set_frequency(cell.f);
    made->set_monetary(cell.m);
    made->set_customers(cell.customers);
  }
  out->set_not_scored(table.not_scored);
}

void ToProto(const image::Revision& revision, const analytics::insight::RfmTable& table,
             image::Slot slot, v1::RfmCustomer* out) {
  const analytics::classes::RfmScores& scores = table.scores;
  out->set_customer(std::string(revision.CustomerId(slot)));
  out->set_recency_days(static_cast<int32_t>(table.recency_days[slot]));
  out->set_orders(table.orders[slot]);
  out->set_recency(scores.r[slot]);
  out->set_frequency(scores.f[slot]);
  out->set_monetary(scores.m[slot]);
  if (!table.names.empty()) {
    const uint32_t name =
        analytics::classes::RfmSegmentOf(scores.r[slot], scores.f[slot], scores.m[slot]);
    out->set_name(std::string(analytics::classes::RfmSegmentNames()[name]));
  }
  Money(table.revenue.view()[slot], out->mutable_revenue());
}

void ToProto(const image::Revision& revision, const analytics::insight::Transitions& transitions,
             v1::ComputeTransitionsResponse* out) {
  ToProto(revision, transitions.info, out->mutable_meta());
  for (const std::string& name : transitions.classes) out->add_classes(name);
  for (const analytics::insight::Transitions::Step& step : transitions.steps) {
    v1::TransitionStep* made = out->add_steps();
    made->set_from_date(FormatDay(step.from));
    made->set_to_date(FormatDay(step.to));
    made->set_stayed(step.stayed);
    made->set_moved(step.moved);
    for (const analytics::insight::Transitions::Cell& cell : step.cells) {
      v1::TransitionCell* added = made->add_cells();
      added->set_from(cell.from);
      added->set_to(cell.to);
      added->set_customers(cell.customers);
      added->set_row_share(cell.row_share);
      Money(cell.revenue_change, added->mutable_revenue_change());
    }
    for (const analytics::insight::Transitions::Mover& mover : step.movers) {
      ToProto(revision, mover, made->add_movers());
    }
  }
}

}  // namespace strata::rpc
