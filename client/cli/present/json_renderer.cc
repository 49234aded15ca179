#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/present/renderer.h"
#include "google/protobuf/util/json_util.h"
#include "server/domain/unicode.h"

namespace strata::cli {
namespace {

class JsonRenderer : public Renderer {
 public:
  explicit JsonRenderer(const Terminal& terminal) : terminal_(terminal) {}

  absl::Status Render(const Document& document, const std::string& /*part*/) const override {
    google::protobuf::util::JsonPrintOptions options;
    options.add_whitespace = true;
    // A count of nothing is a figure too; a program should not have to know what may be absent.
    options.always_print_primitive_fields = true;
    std::string json;
    if (const auto status =
            google::protobuf::util::MessageToJsonString(*document.answer, &json, options);
        !status.ok()) {
      return absl::InternalError(
          absl::StrCat("cannot print the answer as JSON: ", std::string(status.message())));
    }
    terminal_.out << PrintableJson(json);
    return absl::OkStatus();
  }

 private:
  const Terminal terminal_;
};

}  // namespace

std::unique_ptr<Renderer> MakeJsonRenderer(const Terminal& terminal) {
  return std::make_unique<JsonRenderer>(terminal);
}

}  // namespace strata::cli
