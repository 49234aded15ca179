#include "server/analytics/fields/row_field.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/analytics/fields/coded_fact.h"

namespace strata::analytics::fields {
namespace {

// A field that the image keeps as codes of texts.
class TextRowField : public RowField {
 public:
  TextRowField(const Field& field, CodedFact fact, const image::Revision& revision)
      : field_(field), fact_(fact), sizes_(*revision.settings) {
    const FactTexts texts(fact, revision);
    std::vector<uint32_t> raw(texts.size());
    std::iota(raw.begin(), raw.end(), 0);
    if (!texts.ordered()) {  // the empty text of code 0 sorts first
      std::sort(raw.begin(), raw.end(),
                [&texts](uint32_t a, uint32_t b) { return texts.Text(a) < texts.Text(b); });
    }
    code_of_raw_.resize(raw.size());
    texts_.reserve(raw.size());
    for (uint32_t code = 0; code < raw.size(); ++code) {
      code_of_raw_[raw[code]] = code;
      texts_.emplace_back(texts.Text(raw[code]));
    }
  }

  const Field& field() const override { return field_; }
  uint32_t size() const override { return static_cast<uint32_t>(texts_.size()); }
  Value ValueOf(uint32_t code) const override {
    if (code == 0) return NullReason::kUnknown;
    return texts_[code];
  }
  void Codes(const FactRows& rows, uint32_t begin, uint32_t end, uint32_t* out) const override {
    MapCodes(fact_, sizes_, rows, begin, end, code_of_raw_.data(), out);
  }

 private:
  const Field field_;
  const CodedFact fact_;
  const DealSizes sizes_;
  std::vector<uint32_t> code_of_raw_;
  std::vector<std::string> texts_;
};

// A period of the calendar: code 1 is the one that holds the window's first day.
class PeriodRowField : public RowField {
 public:
  PeriodRowField(const Field& field, PeriodUnit unit, const image::Revision& revision,
                 DayRange window)
      : field_(field), unit_(unit), calendar_(revision.calendar), from_(window.from) {
    first_period_ = calendar_->PeriodOf(unit, window.from);
    code_of_day_.reserve(static_cast<size_t>(window.Days()) + 1);
    uint32_t code = 0;
    for (Day day = window.from, next = window.from; day <= window.to; ++day) {
      if (day == next) {
        ++code;
        next = calendar_->FirstDay(unit, first_period_ + static_cast<int32_t>(code));
      }
      code_of_day_.push_back(code);
    }
    size_ = code + 1;
    code_of_day_.push_back(0);  // every day outside the window
  }

  const Field& field() const override { return field_; }
  uint32_t size() const override { return size_; }
  Value ValueOf(uint32_t code) const override {
    if (code == 0) return NullReason::kUnknown;
    const int32_t period = first_period_ + static_cast<int32_t>(code) - 1;
    if (unit_ == PeriodUnit::kDay) return DateValue{calendar_->FirstDay(unit_, period)};
    return calendar_->Label(unit_, period);
  }
  void Codes(const FactRows& rows, uint32_t begin, uint32_t end, uint32_t* out) const override {
    const Day* days = DaysOf(rows);
    const auto outside = static_cast<uint32_t>(code_of_day_.size() - 1);
    for (uint32_t row = begin; row < end; ++row) {
      // A day before the window wraps to a large number.
      const uint32_t offset = static_cast<uint32_t>(days[row]) - static_cast<uint32_t>(from_);
      *out++ = code_of_day_[std::min(offset, outside)];
    }
  }

 private:
  const Field field_;
  const PeriodUnit unit_;
  const std::shared_ptr<const Calendar> calendar_;
  const Day from_;
  int32_t first_period_ = 0;
  uint32_t size_ = 0;
  std::vector<uint32_t> code_of_day_;
};

// Codes 1 to 7 are Monday to Sunday, whatever the window.
class WeekdayRowField : public RowField {
 public:
  explicit WeekdayRowField(const Field& field) : field_(field) {}

  const Field& field() const override { return field_; }
  uint32_t size() const override { return 8; }
  Value ValueOf(uint32_t code) const override {
    if (code == 0) return NullReason::kUnknown;
    return static_cast<int64_t>(code);
  }
  void Codes(const FactRows& rows, uint32_t begin, uint32_t end, uint32_t* out) const override {
    const Day* days = DaysOf(rows);
    for (uint32_t row = begin; row < end; ++row) {
      *out++ = static_cast<uint32_t>(WeekdayOf(days[row]));
    }
  }

 private:
  const Field field_;
};

absl::string_view NameOf(RowGrain facts) {
  switch (facts) {
    case RowGrain::kOrder:
      return "orders";
    case RowGrain::kLine:
      return "order lines";
    case RowGrain::kTicket:
      return "tickets";
    case RowGrain::kContract:
      return "contracts";
    case RowGrain::kSurvey:
      return "surveys";
  }
  return "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<RowField>> MakeRowField(const Field& field, RowGrain facts,
                                                       const image::Revision& revision,
                                                       DayRange window) {
  if (!GrainFits(field.grain, facts)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", field.id, "\" is no field of ", NameOf(facts)));
  }
  if (const std::optional<CodedFact> fact = CodedFactOf(field.id); fact.has_value()) {
    return std::make_unique<TextRowField>(field, *fact, revision);
  }
  if (field.id == "weekday") return std::make_unique<WeekdayRowField>(field);
  if (const std::optional<PeriodUnit> unit = PeriodUnitOf(field.id); unit.has_value()) {
    return std::make_unique<PeriodRowField>(field, *unit, revision, window);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", field.id, "\" is no field of ", NameOf(facts)));
}

}  // namespace strata::analytics::fields
