// Feeds the filter parser with anything. What it takes must come back the same from its canonical
// spelling; what it refuses must say where.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "absl/strings/string_view.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/filter/filter.h"
#include "server/image/editor.h"

namespace strata::analytics::filter {
namespace {

// The fields of a workspace with an attribute of each kind.
const fields::FieldCatalogue& Catalogue() {
  static const fields::FieldCatalogue* const catalogue = [] {
    auto editor = *image::Editor::Create(std::make_shared<const WorkspaceSettings>());
    const Attribute attributes[] = {
        {"beta", true}, {"plan", absl::string_view("gold")}, {"seats", 2.5}};
    Customer customer;
    customer.id = "a";
    customer.attributes = attributes;
    editor->LoadCustomer(0, customer, false);
    return new fields::FieldCatalogue(*editor->Finish(1));
  }();
  return *catalogue;
}

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "filter_fuzz: %s\n", what);
  std::abort();
}

void Check(absl::string_view text) {
  const absl::StatusOr<Filter> parsed = Filter::Parse(text, Catalogue());
  if (!parsed.ok()) {
    Require(parsed.status().code() == absl::StatusCode::kInvalidArgument, "another error code");
    Require(parsed.status().GetPayload(kFilterErrorPayload).has_value(), "no position");
    return;
  }
  const std::string canonical = parsed->Canonical();
  const absl::StatusOr<Filter> again = Filter::Parse(canonical, Catalogue());
  Require(again.ok(), "the canonical spelling does not parse");
  Require(again->Canonical() == canonical, "the canonical spelling is not stable");
  Require(again->matches_all() == parsed->matches_all(), "matches_all differs");
  Require(CustomerFieldsOf(*again) == CustomerFieldsOf(*parsed), "the fields differ");
}

}  // namespace
}  // namespace strata::analytics::filter

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  strata::analytics::filter::Check(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
