#include "server/rpc/convert/customer.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "server/analytics/facts/seen.h"
#include "server/rpc/convert/records.h"

namespace strata::rpc {
namespace {

using image::Code;
using image::Slot;

// protobuf's setters take std::string only, and this Abseil's view is no std::string_view.
std::string TextOf(const image::Dictionary& dictionary, Code code) {
  return std::string(dictionary.Text(code));
}

void AttributesToProto(const image::Revision& revision, const image::CustomerColumns& columns,
                       size_t row, v1::Customer* out) {
  const image::Dictionaries& texts = *revision.dictionaries;
  auto& attributes = *out->mutable_attributes();
  for (const auto& [number, column] : columns.text_attributes) {
    if (column[row] == image::kAbsent) continue;
    attributes[TextOf(texts.attributes, number)].set_text(
        TextOf(texts.attribute_texts, column[row]));
  }
  for (const auto& [number, column] : columns.number_attributes) {
    if (std::isnan(column[row])) continue;
    attributes[TextOf(texts.attributes, number)].set_number(column[row]);
  }
  for (const auto& [number, column] : columns.boolean_attributes) {
    if (column[row] < 0) continue;
    attributes[TextOf(texts.attributes, number)].set_boolean(column[row] == 1);
  }
}

struct OrderPlace {
  const image::OrderRun* run;
  uint32_t row;

  Day day() const { return run->day[row]; }
  uint32_t key() const { return run->order_key[row]; }
};

void LinesToProto(const image::Dictionaries& texts, const OrderPlace& place, v1::Order* out) {
  const image::OrderRun& run = *place.run;
  for (uint32_t line = run.FirstLine(place.row); line < run.FirstLine(place.row + 1); ++line) {
    v1::OrderLine* made = out->add_lines();
    made->set_product(TextOf(texts.product, run.Product(line)));
    made->set_product_line(TextOf(texts.product_line, run.ProductLine(line)));
    made->set_quantity(QuantityToDouble(run.QuantityMicros(line)));
    made->set_amount_micros(run.amount[line]);
    if (run.Cost(line) != kNoAmount) made->set_cost_micros(run.Cost(line));
  }
}

ImageOrder OrderAt(const image::Revision& revision, Slot slot, const OrderPlace& place,
                   const analytics::facts::Seen& seen_by_day) {
  const image::OrderRun& run = *place.run;
  const image::Dictionaries& texts = *revision.dictionaries;
  const auto seen = [&](const Millis* column) {
    return column != nullptr && seen_by_day(column[place.row]);
  };
  ImageOrder made;
  made.key = place.key();
  made.day = place.day();
  made.order.set_customer(std::string(revision.CustomerId(slot)));
  made.order.set_status(TextOf(texts.status, run.status[place.row]));
  made.order.set_channel(TextOf(texts.channel, run.Channel(place.row)));
  if (run.promised_time != nullptr && run.promised_time[place.row] != kNoTime) {
    ToProto(run.promised_time[place.row], made.order.mutable_promised_time());
  }
  if (seen(run.shipped_time)) {
    ToProto(run.shipped_time[place.row], made.order.mutable_shipped_time());
  }
  if (seen(run.delivered_time)) {
    ToProto(run.delivered_time[place.row], made.order.mutable_delivered_time());
  }
  LinesToProto(texts, place, &made.order);
  return made;
}

}  // namespace

void CustomerToProto(const image::Revision& revision, Slot slot, v1::Customer* out) {
  const image::Block& block = revision.BlockOf(slot);
  const image::CustomerColumns& columns = *block.profile;
  const image::Dictionaries& texts = *revision.dictionaries;
  const size_t row = slot - block.first_slot;
  out->set_id(std::string(revision.CustomerId(slot)));
  out->set_display_name(TextOf(texts.display_name, columns.display_name[row]));
  out->set_gender(TextOf(texts.gender, columns.gender[row]));
  out->set_country(TextOf(texts.country, columns.country[row]));
  out->set_region(TextOf(texts.region, columns.region[row]));
  out->set_city(TextOf(texts.city, columns.city[row]));
  out->set_industry(TextOf(texts.industry, columns.industry[row]));
  out->set_account_owner(TextOf(texts.account_owner, columns.account_owner[row]));
  if (columns.birth_date[row] != kNoDay) out->set_birth_date(FormatDay(columns.birth_date[row]));
  if (columns.children[row] >= 0) out->set_children(columns.children[row]);
  if (columns.strategic[row] >= 0) out->set_strategic(columns.strategic[row] == 1);
  if (columns.created_time[row] != kNoTime) {
    ToProto(columns.created_time[row], out->mutable_created_time());
  }
  AttributesToProto(revision, columns, row, out);
}

bool IsPlaceholder(const image::Revision& revision, Slot slot) {
  const image::Block& block = revision.BlockOf(slot);
  return block.profile->placeholder[slot - block.first_slot] != 0;
}

size_t VisitLatestOrders(const image::Revision& revision, Slot slot, Day as_of, size_t count,
                         absl::FunctionRef<bool(ImageOrder order)> visit) {
  const image::Block& block = revision.BlockOf(slot);
  image::OrderRuns runs;
  std::vector<OrderPlace> places;
  for (const image::OrderRun& run : runs.Of(block)) {
    const uint32_t row = slot - block.first_slot;
    for (uint32_t order = run.begin[row]; order < run.begin[row + 1]; ++order) {
      if (run.day[order] <= as_of) places.push_back({&run, order});
    }
  }
  const size_t kept = std::min(count, places.size());
  std::partial_sort(places.begin(), places.begin() + static_cast<ptrdiff_t>(kept), places.end(),
                    [](const OrderPlace& a, const OrderPlace& b) {
                      return std::pair(a.day(), a.key()) > std::pair(b.day(), b.key());
                    });
  const analytics::facts::Seen seen(*revision.calendar, as_of);
  for (size_t i = 0; i < kept; ++i) {
    if (!visit(OrderAt(revision, slot, places[i], seen))) break;
  }
  return kept;
}

}  // namespace strata::rpc
