#include "client/cli/program/completion.h"

#include <algorithm>
#include <memory>
#include <ostream>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "client/cli/program/question_flags.h"

namespace strata::cli {
namespace {

constexpr char kBash[] = R"(_strata() {
  local candidates
  mapfile -t candidates < <(strata __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=("${candidates[@]%%$'\t'*}")
}
complete -o default -F _strata strata
)";

constexpr char kZsh[] = R"(#compdef strata
_strata() {
  local -a candidates
  candidates=("${(@f)$(strata __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=(${candidates[@]/$'\t'/:})
  if (( $#candidates )); then
    _describe strata candidates
  else
    _files
  fi
}
compdef _strata strata
)";

constexpr char kFish[] = R"(function __strata_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l candidates (strata __complete $words "$current" 2>/dev/null)
    if set -q candidates[1]
        printf '%s\n' $candidates
    else
        __fish_complete_path "$current"
    end
end
complete -c strata -f -a '(__strata_complete)'
)";

bool IsFlag(const std::string& word) { return absl::StartsWith(word, "-"); }

// The flag of this name, of `command` or of one above it; null when there is none.
const CLI::Option* FindFlag(const CLI::App& command, const std::string& name) {
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    if (const CLI::Option* option = app->get_option_no_throw(name)) return option;
  }
  return nullptr;
}

// The flag whose value stands behind `word`; null when none does.
const CLI::Option* AwaitsValue(const CLI::App& command, const std::string& word) {
  if (!IsFlag(word)) return nullptr;
  const CLI::Option* option = FindFlag(command, word);
  return option != nullptr && option->get_expected_max() > 0 ? option : nullptr;
}

struct Place {
  const CLI::App* command;
  const CLI::Option* flag = nullptr;  // whose value comes next
};

// Where `words` lead to.
Place Follow(const CLI::App& app, absl::Span<const std::string> words) {
  Place place = {.command = &app};
  for (const std::string& word : words) {
    if (place.flag != nullptr) {
      place.flag = nullptr;  // `word` is its value
    } else if (IsFlag(word)) {
      place.flag = AwaitsValue(*place.command, word);
    } else {
      for (const CLI::App* next : place.command->get_subcommands({})) {
        if (next->get_name() == word) place.command = next;
      }
    }
  }
  return place;
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// The values that help names: "FORM:{fail,skip}" of a check, or "table|json|csv".
std::vector<Candidate> Values(const CLI::Option& option) {
  std::string type = option.get_type_name();
  const size_t open = type.find('{');
  const size_t close = type.find('}');
  const bool checked = open != std::string::npos && close != std::string::npos;
  if (checked) type = type.substr(open + 1, close - open - 1);
  const std::vector<std::string> values = absl::StrSplit(type, checked ? ',' : '|');
  if (values.size() < 2) return {};
  std::vector<Candidate> candidates;
  for (const std::string& value : values) candidates.push_back({value, ""});
  return candidates;
}

std::vector<Candidate> Flags(const CLI::App& command) {
  std::vector<Candidate> candidates;
  for (const CLI::Option* option : WorkingFlags(command)) {
    for (const std::string& name : option->get_lnames()) {
      candidates.push_back({"--" + name, FirstLine(option->get_description())});
    }
  }
  return candidates;
}

// The commands below `command`; where there are none, the values of what stands there without a
// flag.
std::vector<Candidate> Words(const CLI::App& command) {
  std::vector<Candidate> candidates;
  for (const CLI::App* verb : command.get_subcommands({})) {
    candidates.push_back({verb->get_name(), FirstLine(verb->get_description())});
  }
  if (!candidates.empty()) return candidates;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) return Values(*option);
  }
  return {};
}

}  // namespace

std::vector<Candidate> Complete(const CLI::App& app, absl::Span<const std::string> words) {
  if (words.empty()) return {};
  const std::string& begun = words.back();
  const bool helps = words.front() == "help" && words.size() > 1;  // the words of a command follow
  const Place place = Follow(app, words.subspan(helps ? 1 : 0, words.size() - (helps ? 2 : 1)));
  std::vector<Candidate> candidates = place.flag != nullptr ? Values(*place.flag)
                                      : IsFlag(begun)       ? Flags(*place.command)
                                                            : Words(*place.command);
  candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                  [&](const Candidate& candidate) {
                                    return !absl::StartsWith(candidate.word, begun);
                                  }),
                   candidates.end());
  return candidates;
}

void PrintCandidates(const std::vector<Candidate>& candidates, std::ostream& out) {
  for (const Candidate& candidate : candidates) {
    out << candidate.word;
    if (!candidate.description.empty()) out << '\t' << candidate.description;
    out << '\n';
  }
}

void RegisterCompletion(CLI::App& app, Context& context) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion = AddCommand(
      app, "completion", "Print what makes a shell complete commands and flags",
      "strata completion bash\n\n"
      "In ~/.bashrc:       source <(strata completion bash)\n"
      "In ~/.zshrc:        source <(strata completion zsh)      (behind compinit)\n"
      "In config.fish:     strata completion fish | source",
      [&context, shell] {
        context.out() << (*shell == "bash" ? kBash : *shell == "zsh" ? kZsh : kFish);
        return absl::OkStatus();
      },
      context);
  completion->add_option("shell", *shell, "The shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->type_name("SHELL");
}

}  // namespace strata::cli
