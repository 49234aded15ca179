#include "client/cli/demo/demo_profile.h"

#include "absl/strings/str_cat.h"

namespace strata::cli {
namespace {

struct Place {
  const char *country, *region, *city;
};
// Repeated as often as the demo's company sells there.
constexpr Place kPlaces[] = {
    {"United States", "Northeast", "New York"},
    {"United States", "Northeast", "Boston"},
    {"United States", "West", "Seattle"},
    {"United States", "West", "San Diego"},
    {"United States", "South", "Austin"},
    {"United States", "South", "Atlanta"},
    {"United States", "Midwest", "Chicago"},
    {"Germany", "North", "Hamburg"},
    {"Germany", "South", "Munich"},
    {"Germany", "West", "Cologne"},
    {"United Kingdom", "England", "London"},
    {"United Kingdom", "England", "Leeds"},
    {"United Kingdom", "Scotland", "Glasgow"},
    {"France", "Paris region", "Paris"},
    {"France", "South", "Lyon"},
    {"Canada", "Ontario", "Toronto"},
    {"Canada", "Quebec", "Montreal"},
    {"Australia", "New South Wales", "Sydney"},
    {"Netherlands", "Holland", "Rotterdam"},
    {"Spain", "Catalonia", "Barcelona"},
};
constexpr const char* kWomen[] = {"Anna",  "Maria", "Julia", "Emma",   "Laura", "Sofia", "Clara",
                                  "Grace", "Nora",  "Alice", "Hannah", "Ruth",  "Ivy",   "Elena"};
constexpr const char* kMen[] = {"Paul", "Liam",  "Noah", "Jonas", "David", "Lucas", "Peter",
                                "Adam", "Simon", "Hugo", "Oscar", "Felix", "Leo",   "Martin"};
constexpr const char* kFamilies[] = {
    "Meyer", "Smith",  "Brown",  "Garcia", "Dubois", "Jones",  "Wagner", "Clark", "Novak", "Rossi",
    "Young", "Martin", "Keller", "Walker", "Becker", "Taylor", "Lopez",  "Moore", "Olsen", "Kelly"};
constexpr const char* kOwners[] = {"Amara Osei", "Ben Fischer",  "Chloe Tran", "Dario Conti",
                                   "Erin Walsh", "Femi Adeyemi", "Greta Lind", "Hiro Tanaka"};
constexpr const char* kIndustries[] = {"Software", "Finance", "Health",    "Education",
                                       "Retail",   "Media",   "Logistics", "Manufacturing"};
constexpr const char* kFirstWords[] = {"North",  "Blue",    "Silver", "Alder", "Harbour",  "Summit",
                                       "Copper", "Granite", "Willow", "Orion", "Meridian", "Cedar"};
constexpr const char* kSecondWords[] = {"field", "bridge", "stone", "gate",
                                        "lake",  "point",  "crest", "mill"};
constexpr const char* kForms[] = {"Group", "Partners", "Systems", "Works", "Services", "Labs"};

constexpr int64_t kLargeAccount = 6;

void FillCompany(const DemoAccount& account, DemoRandom& random, v1::Customer* customer) {
  customer->set_display_name(
      absl::StrCat(random.Pick(kFirstWords), random.Pick(kSecondWords), " ", random.Pick(kForms)));
  customer->set_industry(account.role == DemoRole::kSeasonal ? "Education"
                                                             : random.Pick(kIndustries));
  const bool large = account.size >= kLargeAccount;
  const bool owned = random.Chance(account.role == DemoRole::kNeglected ? 400 : 920);
  const char* owner = random.Pick(kOwners);
  if (owned) customer->set_account_owner(owner);
  customer->set_strategic(large && random.Chance(800));
  (*customer->mutable_attributes())["employees"].set_number(
      static_cast<double>(account.size * random.Between(10, 60)));
}

void FillPerson(const DemoCalendar& calendar, DemoRandom& random, v1::Customer* customer) {
  const bool woman = random.Chance(520);
  customer->set_gender(woman ? "F" : "M");
  customer->set_display_name(
      absl::StrCat(woman ? random.Pick(kWomen) : random.Pick(kMen), " ", random.Pick(kFamilies)));
  const int64_t age = random.Around(44, 26);
  const Day born = calendar.end() - static_cast<Day>(age * 365 + age / 4 + random.Below(365));
  customer->set_birth_date(FormatDay(born));
  const bool parent_age = age >= 28 && age <= 60;
  customer->set_children(
      random.Chance(parent_age ? 650 : 120) ? static_cast<int32_t>(random.Halving(4)) : 0);
  (*customer->mutable_attributes())["newsletter"].set_boolean(random.Chance(400));
}

}  // namespace

google::protobuf::Timestamp DemoTimestamp(int64_t seconds) {
  google::protobuf::Timestamp time;
  time.set_seconds(seconds);
  return time;
}

google::protobuf::Timestamp DemoTime(Day day, DemoRandom& random) {
  return DemoTimestamp(int64_t{day} * kSecondsADay + random.Between(7 * 3600, 21 * 3600));
}

v1::Customer MakeDemoCustomer(const DemoAccount& account, const DemoCalendar& calendar,
                              DemoRandom& random) {
  v1::Customer customer;
  customer.set_id(account.id);
  const Place& place = random.Pick(kPlaces);
  customer.set_country(place.country);
  customer.set_region(place.region);
  customer.set_city(place.city);
  // Those of the first month may have been there for years.
  const Day first = calendar.FirstDay(account.first_month);
  const Day created =
      account.first_month == 0 ? first - static_cast<Day>(random.Below(1500)) : first;
  *customer.mutable_created_time() = DemoTimestamp(int64_t{created} * kSecondsADay);
  if (account.business) {
    FillCompany(account, random, &customer);
  } else {
    FillPerson(calendar, random, &customer);
  }
  return customer;
}

}  // namespace strata::cli
