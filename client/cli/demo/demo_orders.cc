#include "client/cli/demo/demo_orders.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/demo/demo_catalogue.h"
#include "client/cli/demo/demo_profile.h"

namespace strata::cli {
namespace {

constexpr int64_t kMicrosACent = 10'000;

// A line of `quantity` pieces at a discount in thousandths, rounded down to the cent.
void AddLine(const DemoProduct& product, int64_t quantity, int64_t discount, v1::Order* order) {
  v1::OrderLine* line = order->add_lines();
  line->set_product(product.id);
  line->set_product_line(product.line);
  line->set_quantity(static_cast<double>(quantity));
  const int64_t cents = product.price_cents * quantity * (1000 - discount) / 1000;
  line->set_amount_micros(cents * kMicrosACent);
  line->set_cost_micros(product.price_cents * quantity * product.cost_permille / 1000 *
                        kMicrosACent);
}

int64_t QuantityOf(const DemoAccount& account, const DemoProduct& product, DemoRandom& random) {
  const int64_t most = product.price_cents > 30'000 ? 3 : 6;
  const int64_t pieces = random.Halving(most);
  return account.business ? pieces * account.size : std::min<int64_t>(pieces, 3);
}

void AddLines(const DemoAccount& account, DemoRandom& random, v1::Order* order) {
  const int64_t discount = account.business ? std::min<int64_t>(account.size * 10, 120) : 0;
  std::set<int> chosen;
  const int64_t lines = random.Halving(account.business ? 6 : 4);
  for (int64_t i = 0; i < lines; ++i) chosen.insert(PickProduct(account.business, random));
  for (const DemoAffinity& affinity : DemoAffinities()) {
    const bool has = chosen.count(FindProduct(affinity.product)) > 0;
    if (has && random.Chance(affinity.permille)) chosen.insert(FindProduct(affinity.also));
  }
  for (const int index : chosen) {
    const DemoProduct& product = DemoProducts()[static_cast<size_t>(index)];
    AddLine(product, QuantityOf(account, product, random), discount, order);
  }
}

// Promise, dispatch and arrival, as far as they lie before the end of the data.
void SetDelivery(const DemoAccount& account, const DemoCalendar& calendar, int trouble, Day day,
                 DemoRandom& random, v1::Order* order) {
  const Day promised = day + static_cast<Day>(random.Between(4, 10));
  *order->mutable_promised_time() = DemoTimestamp(int64_t{promised} * kSecondsADay + 20 * 3600);
  constexpr int64_t kLate[] = {60, 180, 320, 450};
  int64_t late = kLate[trouble];
  if (account.role == DemoRole::kNeglected) late = 300;
  const Day shipped = day + static_cast<Day>(random.Between(1, 3));
  const Day delivered = random.Chance(late) ? promised + static_cast<Day>(random.Between(1, 9))
                                            : promised - static_cast<Day>(random.Between(0, 1));
  order->set_status("processing");
  if (shipped > calendar.end()) return;
  order->set_status("shipped");
  *order->mutable_shipped_time() = DemoTime(shipped, random);
  if (delivered > calendar.end()) return;
  order->set_status("completed");
  *order->mutable_delivered_time() = DemoTimestamp(int64_t{delivered} * kSecondsADay + 15 * 3600);
}

const char* ChannelOf(bool business, DemoRandom& random) {
  const int64_t draw = random.Below(100);
  if (business) return draw < 55 ? "sales" : draw < 85 ? "portal" : "phone";
  return draw < 75 ? "web" : draw < 93 ? "store" : "phone";
}

// What came back of an order, two weeks later: one line with everything negative.
void MakeReturn(const v1::Order& order, Day day, DemoRandom& random, v1::Order* returned) {
  returned->set_id(absl::StrCat(order.id(), "-R"));
  returned->set_customer(order.customer());
  *returned->mutable_order_time() = DemoTime(day, random);
  returned->set_status("completed");  // by itself: "returned" would take it out of revenue
  returned->set_channel(order.channel());
  v1::OrderLine* line = returned->add_lines();
  *line = order.lines(0);
  line->set_quantity(-line->quantity());
  line->set_amount_micros(-line->amount_micros());
  line->set_cost_micros(-line->cost_micros());
}

absl::Status MakeOrder(const DemoAccount& account, const DemoCalendar& calendar, int month,
                       const std::string& id, DemoRandom& random, RecordTaker take) {
  const Day day = calendar.FirstDay(month) + static_cast<Day>(random.Below(calendar.DaysIn(month)));
  v1::Record record;
  v1::Order* order = record.mutable_order();
  order->set_id(id);
  order->set_customer(account.id);
  *order->mutable_order_time() = DemoTime(day, random);
  order->set_channel(ChannelOf(account.business, random));
  AddLines(account, random, order);
  const int trouble = TroubleAt(account, month);
  SetDelivery(account, calendar, trouble, day, random, order);
  const bool cancelled = random.Chance(35 + 25 * trouble);
  const bool disputed = random.Chance(account.business ? 10 : 0);
  const Day back = day + static_cast<Day>(random.Between(12, 20));
  const bool returned = random.Chance(account.business ? 15 : 30);
  if (day > calendar.end())
    return absl::OkStatus();  // all draws are made: the next order stays as it is
  if (cancelled) {
    order->set_status("cancelled");
    order->clear_shipped_time();
    order->clear_delivered_time();
  } else if (disputed) {
    order->set_status("disputed");
  }
  v1::Record return_record;
  const bool sent_back =
      returned && !cancelled && order->has_delivered_time() && back <= calendar.end();
  if (sent_back) MakeReturn(*order, back, random, return_record.mutable_order());
  STRATA_RETURN_IF_ERROR(take(std::move(record)));
  return sent_back ? take(std::move(return_record)) : absl::OkStatus();
}

}  // namespace

absl::Status MakeDemoOrders(const DemoAccount& account, const DemoCalendar& calendar,
                            DemoRandom& random, RecordTaker take) {
  int64_t number = 0;
  for (int month = account.first_month; month <= account.last_month; ++month) {
    const int64_t orders = random.Count(ExpectedOrders(account, calendar, month));
    for (int64_t i = 0; i < orders; ++i) {
      STRATA_RETURN_IF_ERROR(MakeOrder(
          account, calendar, month, absl::StrCat("O-", account.id, "-", ++number), random, take));
    }
  }
  return absl::OkStatus();
}

}  // namespace strata::cli
