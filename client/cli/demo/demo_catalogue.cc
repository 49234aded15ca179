#include "client/cli/demo/demo_catalogue.h"

#include <cstring>

namespace strata::cli {
namespace {

constexpr DemoProduct kProducts[] = {
    {"CH-100 Task chair", "Chairs", 14900, 610, 9, 22},
    {"CH-200 Mesh chair", "Chairs", 28900, 580, 6, 18},
    {"CH-300 Executive chair", "Chairs", 64900, 540, 2, 7},
    {"CH-400 Stool", "Chairs", 5900, 640, 8, 6},
    {"DK-110 Desk", "Desks", 24900, 620, 8, 16},
    {"DK-120 Standing desk", "Desks", 54900, 570, 6, 20},
    {"DK-130 Corner desk", "Desks", 39900, 600, 4, 5},
    {"DK-200 Meeting table", "Desks", 129900, 560, 0, 6},
    {"LT-10 Desk lamp", "Lighting", 4900, 550, 14, 12},
    {"LT-20 Floor lamp", "Lighting", 11900, 560, 8, 4},
    {"LT-30 Ceiling panel", "Lighting", 17900, 590, 1, 9},
    {"DS-24 Display 24", "Displays", 17900, 780, 7, 14},
    {"DS-27 Display 27", "Displays", 32900, 770, 6, 15},
    {"DS-34 Wide display", "Displays", 69900, 760, 2, 6},
    {"DA-1 Display arm", "Displays", 8900, 520, 4, 9},
    {"AU-10 Headset", "Audio", 7900, 660, 10, 16},
    {"AU-20 Conference speaker", "Audio", 24900, 640, 1, 10},
    {"CM-100 Filter machine", "Coffee", 9900, 680, 9, 6},
    {"CM-200 Espresso machine", "Coffee", 74900, 650, 3, 5},
    {"CB-01 Coffee beans", "Coffee", 1900, 600, 16, 18},
    {"CB-02 Decaf beans", "Coffee", 2100, 600, 4, 3},
    {"ST-10 Shelf", "Storage", 7900, 600, 10, 7},
    {"ST-20 Locker", "Storage", 15900, 610, 1, 9},
    {"ST-30 Filing cabinet", "Storage", 18900, 620, 2, 8},
    {"SU-01 Paper, box", "Supplies", 3200, 720, 5, 30},
    {"SU-02 Toner", "Supplies", 8400, 700, 4, 24},
    {"SU-03 Pens, box", "Supplies", 1200, 500, 8, 20},
    {"SU-04 Notebooks, pack", "Supplies", 1600, 520, 14, 14},
};

constexpr DemoAffinity kAffinities[] = {
    {"CM-200 Espresso machine", "CB-01 Coffee beans", 700},
    {"DK-120 Standing desk", "LT-10 Desk lamp", 550},
    {"DS-27 Display 27", "DA-1 Display arm", 600},
    {"SU-02 Toner", "SU-01 Paper, box", 650},
};

// People buy before Christmas and when school starts, companies spend what is left of the budget.
constexpr int32_t kHomeSeason[] = {850, 800, 900, 900, 900, 850, 800, 1000, 1150, 1050, 1350, 1450};
constexpr int32_t kBusinessSeason[] = {1000, 980, 1100, 1000, 1000, 1050,
                                       850,  700, 1050, 1050, 1100, 1120};

int TotalWeight(bool business) {
  int total = 0;
  for (const DemoProduct& product : kProducts) {
    total += business ? product.weight_business : product.weight_home;
  }
  return total;
}

}  // namespace

absl::Span<const DemoProduct> DemoProducts() { return kProducts; }
absl::Span<const DemoAffinity> DemoAffinities() { return kAffinities; }

int PickProduct(bool business, DemoRandom& random) {
  static const int totals[] = {TotalWeight(false), TotalWeight(true)};
  int64_t left = random.Below(totals[business ? 1 : 0]);
  int index = 0;
  for (const DemoProduct& product : kProducts) {
    left -= business ? product.weight_business : product.weight_home;
    if (left < 0) return index;
    ++index;
  }
  return 0;
}

int FindProduct(const char* id) {
  int index = 0;
  for (const DemoProduct& product : kProducts) {
    if (std::strcmp(product.id, id) == 0) return index;
    ++index;
  }
  return -1;
}

int32_t DemoSeason(bool business, int month) {
  return business ? kBusinessSeason[month - 1] : kHomeSeason[month - 1];
}

}  // namespace strata::cli
