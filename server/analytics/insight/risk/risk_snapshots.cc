// The rows that risk is learnt from and told of, taken from the facts.
#include <algorithm>
#include <limits>

#include "server/analytics/classes/slot_selection.h"
#include "server/analytics/facts/block_scan.h"
#include "server/analytics/facts/spare_columns.h"
#include "server/analytics/insight/risk/risk_model.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

using image::Slot;

constexpr int kHorizonMonths = 3;
constexpr uint32_t kNoRow = std::numeric_limits<uint32_t>::max();

// Numbers that are as good as random and the same on every machine: FNV-1a of each customer's id,
// by slot, and of it and a day the finalizer of SplitMix64.
std::vector<uint64_t> HashIds(const image::Revision& revision) {
  std::vector<uint64_t> hashes = facts::TakeColumn<uint64_t>(revision.slots);
  facts::ForSlotRanges(revision.slots, [&](Slot begin, Slot end) {
    for (Slot slot = begin; slot < end; ++slot) {
      uint64_t hash = 0xCBF29CE484222325u;
      for (const char byte : revision.CustomerId(slot)) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3u;
      }
      hashes[slot] = hash;
    }
  });
  return hashes;
}

uint64_t Draw(uint64_t hash, Day day) {
  uint64_t mixed = hash + static_cast<uint64_t>(static_cast<uint32_t>(day)) * 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

// One day while its snapshot is taken.
class DayOfRows {
 public:
  DayOfRows(Day as_of, Day known_until, const image::Revision& revision)
      : frame_(as_of, *revision.calendar),
        horizon_(Calendar::ShiftLastDay(as_of, kHorizonMonths)),
        state_(facts::TakeColumn<State>(revision.slots)) {
    std::fill(state_.begin(), state_.end(), State::kInactive);
    snapshot_.as_of = as_of;
    snapshot_.outcome_known = horizon_ <= known_until;
  }
  ~DayOfRows() {
    facts::GiveColumn(state_);
    facts::GiveColumn(row_of_slot_);
  }
  DayOfRows(DayOfRows&&) = default;

  // First every customer is looked at.
  void Look(const facts::CustomerEvents& events) {
    if (!frame_.IsActive(events)) return;
    state_[events.slot] = Escalation(events).has_value() ? State::kEscalated : State::kActive;
  }
  int64_t CountActive() {
    snapshot_.active = static_cast<int64_t>(state_.size()) -
                       std::count(state_.begin(), state_.end(), State::kInactive);
    return snapshot_.active;
  }

  // Then the sample is drawn and each of its customers gets a row. `hashes` may be empty when there
  // are no halvings.
  void Choose(const std::vector<uint64_t>& hashes, int halvings) {
    const int kept_bits = snapshot_.outcome_known ? halvings : 0;
    snapshot_.sampled = 1.0 / static_cast<double>(uint64_t{1} << kept_bits);
    const auto chosen = [&](Slot slot) {
      if (kept_bits == 0 || state_[slot] != State::kActive) {
        return state_[slot] != State::kInactive;
      }
      return Draw(hashes[slot], snapshot_.as_of) >> (64 - kept_bits) == 0;
    };
    std::vector<Slot> slots = classes::SelectSlots(state_.size(), chosen);
    row_of_slot_ = facts::TakeColumn<uint32_t>(state_.size());
    std::fill(row_of_slot_.begin(), row_of_slot_.end(), kNoRow);
    facts::ForSlotRanges(static_cast<Slot>(slots.size()), [&](uint32_t begin, uint32_t end) {
      for (uint32_t row = begin; row < end; ++row) row_of_slot_[slots[row]] = row;
    });
    snapshot_.rows.resize(slots.size());
    facts::GiveColumn(slots);
  }
  void Fill(const facts::CustomerEvents& events) {
    const uint32_t index = row_of_slot_[events.slot];
    if (index == kNoRow) return;
    RiskRow& row = snapshot_.rows[index];
    row.slot = events.slot;
    row.features = *RiskFeaturesOf(events, frame_);
    const std::optional<Day> day = Escalation(events);
    row.escalated = day.has_value();
    row.escalation_day = day.value_or(kNoDay);
  }
  RiskSnapshot Finish() { return std::move(snapshot_); }

 private:
  enum class State : uint8_t { kInactive, kActive, kEscalated };

  std::optional<Day> Escalation(const facts::CustomerEvents& events) const {
    if (!snapshot_.outcome_known || events.tickets.empty()) return std::nullopt;
    return FirstEscalation(events, snapshot_.as_of, horizon_, frame_.calendar());
  }

  RiskFrame frame_;
  Day horizon_;
  RiskSnapshot snapshot_;
  std::vector<State> state_;           // by slot
  std::vector<uint32_t> row_of_slot_;  // kNoRow: not in the sample
};

absl::StatusOr<std::vector<RiskSnapshot>> Take(const image::Revision& revision,
                                               const std::vector<Day>& days, Day known_until,
                                               bool sample, const StopToken& stop) {
  std::vector<DayOfRows> taken;
  taken.reserve(days.size());
  for (const Day day : days) taken.emplace_back(day, known_until, revision);
  STRATA_RETURN_IF_ERROR(
      facts::ForEachCustomer(revision, stop, [&](size_t, const facts::CustomerEvents& events) {
        for (DayOfRows& day : taken) day.Look(events);
      }));
  int64_t most = 0;
  for (DayOfRows& day : taken) most = std::max(most, day.CountActive());
  int halvings = 0;
  while (sample && (most >> halvings) > kSampledCustomers) ++halvings;
  std::vector<uint64_t> hashes;
  if (halvings > 0) hashes = HashIds(revision);
  for (DayOfRows& day : taken) {
    STRATA_RETURN_IF_ERROR(stop.Check());
    day.Choose(hashes, halvings);
  }
  facts::GiveColumn(hashes);
  STRATA_RETURN_IF_ERROR(
      facts::ForEachCustomer(revision, stop, [&](size_t, const facts::CustomerEvents& events) {
        for (DayOfRows& day : taken) day.Fill(events);
      }));
  std::vector<RiskSnapshot> snapshots;
  for (DayOfRows& day : taken) snapshots.push_back(day.Finish());
  return snapshots;
}

}  // namespace

absl::StatusOr<std::vector<RiskSnapshot>> TakeRiskSnapshots(const image::Revision& revision,
                                                            const std::vector<Day>& days,
                                                            Day known_until,
                                                            const StopToken& stop) {
  return Take(revision, days, known_until, /*sample=*/false, stop);
}

absl::StatusOr<std::vector<RiskSnapshot>> TakeTrainingSnapshots(const image::Revision& revision,
                                                                const std::vector<Day>& days,
                                                                Day known_until,
                                                                const StopToken& stop) {
  return Take(revision, days, known_until, /*sample=*/true, stop);
}

}  // namespace strata::analytics::insight
