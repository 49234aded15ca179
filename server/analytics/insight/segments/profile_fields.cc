#include "server/analytics/insight/segments/profile_fields.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr size_t kMostDimensions = 100;

absl::Status CheckField(const fields::FieldCatalogue& catalogue, const std::string& id,
                        const std::string& path) {
  const absl::StatusOr<const fields::Field*> field = catalogue.Find(id);
  if (!field.ok()) {
    return WithMetadata(WithReason(FieldError(path, field.status().message()), "UNKNOWN_FIELD"),
                        "nearest", absl::StrJoin(catalogue.Nearest(id), ", "));
  }
  if ((*field)->grain != fields::Grain::kCustomer) {
    return WithReason(FieldError(path, absl::StrCat("\"", id, "\" is no field of customers")),
                      "INCOMPATIBLE_FIELD");
  }
  if ((*field)->groupable) return absl::OkStatus();
  return WithReason(FieldError(path, absl::StrCat("\"", id, "\" cannot group, only filter")),
                    "INCOMPATIBLE_FIELD");
}

}  // namespace

std::vector<std::string> DefaultProfileFields() {
  return {"age_band", "family", "gender", "country", "region", "industry", "tier", "loyalty"};
}

absl::StatusOr<std::vector<ProfileFields>> ProfileFieldsOf(
    const ProfileQuery& query, const fields::FieldCatalogue& catalogue) {
  std::vector<ProfileFields> asked;
  for (size_t i = 0; i < query.fields.size(); ++i) {
    asked.push_back({{query.fields[i]}, absl::StrCat("fields[", i, "]")});
  }
  if (asked.empty()) {
    for (const std::string& id : DefaultProfileFields()) asked.push_back({{id}, "fields", true});
  }
  for (size_t i = 0; i < query.crosses.size(); ++i) {
    const std::string path = absl::StrCat("crosses[", i, "]");
    std::vector<std::string> fields = absl::StrSplit(query.crosses[i], ',');
    for (std::string& id : fields) id = std::string(absl::StripAsciiWhitespace(id));
    if (fields.size() != 2 || fields[0] == fields[1]) {
      return FieldError(path, absl::StrCat("\"", query.crosses[i],
                                           "\" is no pair of fields; write \"country,gender\""));
    }
    asked.push_back({std::move(fields), path});
  }
  if (asked.size() > kMostDimensions) {
    return FieldError("fields",
                      absl::StrCat(asked.size(), " fields and crosses; at most ", kMostDimensions));
  }
  for (const ProfileFields& dimension : asked) {
    for (const std::string& id : dimension.fields) {
      STRATA_RETURN_IF_ERROR(CheckField(catalogue, id, dimension.path));
    }
  }
  return asked;
}

}  // namespace strata::analytics::insight
