#include "client/cli/program/argument_check.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/base/status_macros.h"
#include "server/domain/unicode.h"

namespace strata::cli {
namespace {

// "--filter", or "id" of an argument that stands by its place.
std::string NameOf(const CLI::Option& option) { return option.get_name(); }

// File systems know bytes, not characters.
bool NamesFile(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return absl::StrContains(type, "FILE") || absl::StrContains(type, "DIR") ||
         absl::StrContains(type, "PATH");
}

// An empty text takes the description of a segment or a workspace away.
bool MayBeEmpty(const CLI::App& app, const CLI::Option& option) {
  return !option.get_positional() && (app.get_name() == "create" || app.get_name() == "update");
}

absl::Status CheckOption(const CLI::App& app, const CLI::Option& option) {
  for (const std::string& text : option.results()) {
    if (!NamesFile(option) && !IsUtf8(text)) {
      return absl::InvalidArgumentError(
          absl::StrCat(NameOf(option), " is not UTF-8: ", Printable(text.substr(0, 60))));
    }
    if (text.empty() && option.get_expected_min() > 0 && !MayBeEmpty(app, option)) {
      return absl::InvalidArgumentError(
          absl::StrCat(NameOf(option), " is empty; give it a value or leave it out"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

CLI::Validator WholeNumber(int64_t low, int64_t high) {
  return CLI::Validator(
      [low, high](std::string& text) -> std::string {
        const bool whole =
            !text.empty() && text.size() < 20 &&
            text.find_first_not_of("0123456789", text[0] == '-') == std::string::npos;
        int64_t number = 0;
        if (!whole || !absl::SimpleAtoi(text, &number)) {
          return absl::StrCat("\"", text.substr(0, 40), "\" is no whole number of ", low,
                              " or more");
        }
        if (number < low) return absl::StrCat(number, " is too small: at least ", low);
        if (number > high) return absl::StrCat(number, " is too large: at most ", high);
        return "";
      },
      "");
}

CLI::Validator Share(double high) {
  return CLI::Validator(
      [high](std::string& text) -> std::string {
        double number = 0;
        if (absl::SimpleAtod(text, &number) && number > 0 && number <= high) return "";
        return absl::StrCat("\"", text.substr(0, 40), "\" is no share: above 0, at most ", high);
      },
      "");
}

absl::Status CheckArguments(const CLI::App& app, const GlobalFlags& flags) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() > 0) STRATA_RETURN_IF_ERROR(CheckOption(app, *option));
  }
  for (const CLI::App* command : app.get_subcommands()) {
    STRATA_RETURN_IF_ERROR(CheckArguments(*command, flags));
  }
  const std::pair<const char*, const std::string&> from_environment[] = {
      {"STRATA_SERVER", flags.server},
      {"STRATA_WORKSPACE", flags.workspace},
      {"STRATA_TOKEN", flags.token}};
  for (const auto& [name, text] : from_environment) {
    if (!IsUtf8(text)) return absl::InvalidArgumentError(absl::StrCat(name, " is not UTF-8"));
  }
  return absl::OkStatus();
}

}  // namespace strata::cli
