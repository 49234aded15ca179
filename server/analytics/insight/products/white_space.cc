#include "server/analytics/insight/products/white_space.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <tuple>
#include <utility>

#include "server/analytics/facts/block_scan.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr Day kYearDays = 365;
constexpr Micros kMicrosAHundredth = kMicrosAUnit / 100;
constexpr double kSimilarityUnits = 1e9;

// What one customer spends on an item, net and positive.
struct Spending {
  image::Code item = image::kAbsent;
  // Whole hundredths, at least 1. Of a customer who spends more than kMostHundredths on an item,
  // all in a larger unit, one for the profile, which the cosine does not see.
  int64_t hundredths = 0;
  MicrosSum micros = 0;
};
using Profile = std::vector<Spending>;  // ascending by item

// Squares are exact in 128 bits up to a hundred thousand items.
constexpr MicrosSum kMostHundredths = MicrosSum{1} << 53;

void SetHundredths(Profile& profile) {
  MicrosSum most = 0;
  for (const Spending& spending : profile) most = std::max(most, spending.micros);
  int shift = 0;
  while ((most / kMicrosAHundredth) >> shift > kMostHundredths) ++shift;
  for (Spending& spending : profile) {
    spending.hundredths =
        std::max<int64_t>(1, static_cast<int64_t>((spending.micros / kMicrosAHundredth) >> shift));
  }
}

__int128 SquaredLength(const Profile& profile) {
  __int128 sum = 0;
  for (const Spending& spending : profile) {
    sum += static_cast<__int128>(spending.hundredths) * spending.hundredths;
  }
  return sum;
}

// Reads profiles; one a worker, so that its buffers are allocated once.
class ProfileReader {
 public:
  ProfileReader(const fields::Scope& scope, fields::DayRange days, ItemKind item)
      : scope_(scope),
        days_(days),
        item_(item),
        by_item_(item == ItemKind::kProduct ? scope.revision->dictionaries->product.size()
                                            : scope.revision->dictionaries->product_line.size()) {}

  const Profile& Read(absl::Span<const image::OrderRun> runs, uint32_t customer) {
    for (const image::OrderRun& run : runs) {
      for (uint32_t i = run.begin[customer]; i < run.begin[customer + 1]; ++i) {
        if (!days_.Contains(run.day[i]) || !scope_.revision->IsPurchase(run, i)) continue;
        AddLines(run, i);
      }
    }
    std::sort(touched_.begin(), touched_.end());
    profile_.clear();
    for (const image::Code item : touched_) {
      if (by_item_[item].micros >= kMicrosAHundredth) profile_.push_back(by_item_[item]);
      by_item_[item] = Spending();
    }
    touched_.clear();
    SetHundredths(profile_);
    return profile_;
  }

  Profile ReadOne(image::Slot slot) {
    const image::Block& block = scope_.revision->BlockOf(slot);
    return Read(runs_.Of(block), slot - block.first_slot);
  }

  image::OrderRuns& runs() { return runs_; }

 private:
  void AddLines(const image::OrderRun& run, uint32_t order) {
    for (uint32_t line = run.FirstLine(order); line < run.FirstLine(order + 1); ++line) {
      const image::Code item = ItemOf(run, line, item_);
      if (item == image::kAbsent || !BoughtItem(run, line)) continue;
      if (by_item_[item].item == image::kAbsent) touched_.push_back(item);
      by_item_[item].item = item;
      by_item_[item].micros += run.amount[line];
    }
  }

  const fields::Scope& scope_;
  const fields::DayRange days_;
  const ItemKind item_;
  image::OrderRuns runs_;
  std::vector<Spending> by_item_;
  std::vector<image::Code> touched_;
  Profile profile_;
};

struct Neighbour {
  image::Slot slot = image::kNoSlot;
  int64_t similarity = 0;  // billionths
};

// The nearest customers of one worker's share.
class Nearest {
 public:
  Nearest(const image::TextList& ids, size_t limit) : ids_(ids), limit_(limit) {}

  void Add(Neighbour candidate) {
    const auto nearer = [this](const Neighbour& a, const Neighbour& b) {
      if (a.similarity != b.similarity) return a.similarity > b.similarity;
      return ids_[a.slot] < ids_[b.slot];
    };
    if (list_.size() == limit_ && !nearer(candidate, list_.back())) return;
    list_.insert(std::lower_bound(list_.begin(), list_.end(), candidate, nearer), candidate);
    if (list_.size() > limit_) list_.pop_back();
  }
  const std::vector<Neighbour>& list() const { return list_; }

 private:
  const image::TextList& ids_;
  const size_t limit_;
  std::vector<Neighbour> list_;
};

int64_t Similarity(const std::vector<int64_t>& own_by_item, double own_length,
                   const Profile& other) {
  __int128 product = 0;
  for (const Spending& spending : other) {
    product += static_cast<__int128>(own_by_item[spending.item]) * spending.hundredths;
  }
  if (product == 0) return 0;
  const double length = std::sqrt(static_cast<double>(SquaredLength(other)));
  return std::llround(static_cast<double>(product) / (own_length * length) * kSimilarityUnits);
}

class Search {
 public:
  Search(const fields::Scope& scope, const std::vector<uint8_t>& include, image::Slot customer,
         const WhiteSpaceOptions& options)
      : scope_(scope), include_(include), customer_(customer), options_(options) {
    const Day last = std::min(scope.as_of, scope.range.to);
    result_.days = {last - kYearDays + 1, last};
  }

  absl::StatusOr<WhiteSpace> Find() {
    ProfileReader reader(scope_, result_.days, options_.item);
    const Profile own = reader.ReadOne(customer_);
    result_.bought = static_cast<int64_t>(own.size());
    if (own.empty()) return std::move(result_);
    own_by_item_.resize(dictionary().size());
    for (const Spending& spending : own) own_by_item_[spending.item] = spending.hundredths;
    STRATA_ASSIGN_OR_RETURN(const std::vector<Neighbour> neighbours, FindNeighbours(own));
    result_.similar = static_cast<int64_t>(neighbours.size());
    if (neighbours.empty()) return std::move(result_);
    result_.least_similarity = static_cast<double>(neighbours.back().similarity) / kSimilarityUnits;
    std::vector<Profile> profiles;
    for (const Neighbour& neighbour : neighbours) {
      profiles.push_back(reader.ReadOne(neighbour.slot));
    }
    STRATA_RETURN_IF_ERROR(CollectItems(own, profiles));
    return std::move(result_);
  }

 private:
  const image::Dictionary& dictionary() const {
    const image::Dictionaries& all = *scope_.revision->dictionaries;
    return options_.item == ItemKind::kProduct ? all.product : all.product_line;
  }

  absl::StatusOr<std::vector<Neighbour>> FindNeighbours(const Profile& own) const {
    const image::TextList& ids = scope_.revision->dictionaries->customer_ids;
    const double own_length = std::sqrt(static_cast<double>(SquaredLength(own)));
    const auto limit = static_cast<size_t>(options_.neighbours);
    std::vector<Nearest> nearest(ScanWorkers(), Nearest(ids, limit));
    std::vector<std::unique_ptr<ProfileReader>> readers(ScanWorkers());
    STRATA_RETURN_IF_ERROR(facts::ScanBlocks(
        *scope_.revision, scope_.stop, [&](size_t worker, const image::Block& block) {
          if (readers[worker] == nullptr) {
            readers[worker] = std::make_unique<ProfileReader>(scope_, result_.days, options_.item);
          }
          ProfileReader& reader = *readers[worker];
          const absl::Span<const image::OrderRun> runs = reader.runs().Of(block);
          for (uint32_t i = 0; i < block.customers; ++i) {
            const image::Slot slot = block.first_slot + i;
            if (!include_[slot] || slot == customer_) continue;
            const int64_t similarity = Similarity(own_by_item_, own_length, reader.Read(runs, i));
            if (similarity > 0) nearest[worker].Add({slot, similarity});
          }
          return absl::OkStatus();
        }));
    Nearest all(ids, limit);
    for (const Nearest& part : nearest) {
      for (const Neighbour& neighbour : part.list()) all.Add(neighbour);
    }
    return all.list();
  }

  absl::Status CollectItems(const Profile& own, const std::vector<Profile>& profiles) {
    struct Total {
      int64_t buyers = 0;
      MicrosSum spending = 0;
    };
    std::vector<Total> totals(dictionary().size());
    for (const Profile& profile : profiles) {
      for (const Spending& spending : profile) {
        ++totals[spending.item].buyers;
        totals[spending.item].spending += spending.micros;
      }
    }
    std::vector<std::pair<MicrosSum, WhiteSpace::Item>> found;
    for (image::Code item = 1; item < totals.size(); ++item) {
      const Total& total = totals[item];
      if (total.buyers < options_.min_buyers || own_by_item_[item] > 0) continue;
      WhiteSpace::Item made;
      made.name = std::string(dictionary().Text(item));
      made.buyers = total.buyers;
      made.share_of_similar =
          static_cast<double>(total.buyers) / static_cast<double>(profiles.size());
      if (const absl::StatusOr<Amount> value =
              AmountFromRatio(total.spending, static_cast<int64_t>(profiles.size()));
          value.ok()) {
        made.expected_value = *value;
      }
      made.because = Because(own, profiles, item);
      found.emplace_back(total.spending, std::move(made));
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return std::make_tuple(-a.first, -a.second.buyers, absl::string_view(a.second.name)) <
             std::make_tuple(-b.first, -b.second.buyers, absl::string_view(b.second.name));
    });
    for (auto& [spending, item] : found) result_.items.push_back(std::move(item));
    return absl::OkStatus();
  }

  // The items of `own` that most of the buyers of `item` buy too.
  std::vector<std::string> Because(const Profile& own, const std::vector<Profile>& profiles,
                                   image::Code item) const {
    const auto buys = [](const Profile& profile, image::Code wanted) {
      const auto at = std::lower_bound(
          profile.begin(), profile.end(), wanted,
          [](const Spending& spending, image::Code code) { return spending.item < code; });
      return at != profile.end() && at->item == wanted;
    };
    std::vector<std::pair<int64_t, std::string>> shared;  // negative count, name
    for (const Spending& mine : own) {
      int64_t both = 0;
      for (const Profile& profile : profiles) {
        both += buys(profile, item) && buys(profile, mine.item) ? 1 : 0;
      }
      if (both > 0) shared.emplace_back(-both, dictionary().Text(mine.item));
    }
    std::sort(shared.begin(), shared.end());
    std::vector<std::string> names;
    for (const auto& [count, name] : shared) {
      if (names.size() == static_cast<size_t>(options_.max_because)) break;
      names.push_back(name);
    }
    return names;
  }

  const fields::Scope& scope_;
  const std::vector<uint8_t>& include_;
  const image::Slot customer_;
  const WhiteSpaceOptions& options_;
  std::vector<int64_t> own_by_item_;  // hundredths
  WhiteSpace result_;
};

}  // namespace

absl::StatusOr<WhiteSpace> FindWhiteSpace(const fields::Scope& scope,
                                          const std::vector<uint8_t>& include, image::Slot customer,
                                          const WhiteSpaceOptions& options) {
  return Search(scope, include, customer, options).Find();
}

}  // namespace strata::analytics::insight
