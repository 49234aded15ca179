#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/ask/segment/segment_verbs.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/argument_check.h"
#include "google/protobuf/util/json_util.h"
#include "strata/segment_watcher.h"
#include "strata/v1/segmentation_service.pb.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::cli {
namespace {

using Response = v1::WatchSegmentResponse;
using Event = Response::Event;

struct WatchArguments {
  std::string segment;
  int64_t after_revision = 0;
  std::vector<std::string> fields;
  bool once = false;
};

// The last revision that was printed, for the note below.
std::atomic<int64_t> g_printed{0};

// Ctrl-C is how a watch ends: says how to go on and leaves. What was printed is flushed already,
// and the connection, or the folder of --data-dir, stands losing us. Only calls what a signal
// handler may.
void LeaveWithNote(int) {
  char note[64] = "\ngo on with --after-revision ";
  size_t end = std::strlen(note);
  char digits[20];
  size_t count = 0;
  for (int64_t left = g_printed.load(); left > 0; left /= 10) {
    digits[count++] = static_cast<char>('0' + left % 10);
  }
  const bool printed = count > 0;
  while (count > 0) note[end++] = digits[--count];
  note[end++] = '\n';
  if (printed && write(STDERR_FILENO, note, end) < 0) _exit(1);
  _exit(0);
}

// Lets Ctrl-C and SIGTERM end the program well while a watch runs.
class EndBySignal {
 public:
  EndBySignal() {
    struct sigaction action = {};
    action.sa_handler = LeaveWithNote;
    sigaction(SIGINT, &action, &interrupt_);
    sigaction(SIGTERM, &action, &terminate_);
  }
  ~EndBySignal() {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGTERM, &terminate_, nullptr);
  }

 private:
  struct sigaction interrupt_ = {}, terminate_ = {};
};

// "revenue 9,800.00 -> 12,100.00"; only the newer value where there is no older one.
std::string ChangeInWords(const Response::FieldChange& change, const std::string& currency) {
  std::string text = absl::StrCat(Printable(change.field()), " ");
  const std::string after = FormatValue(change.after(), "", currency);
  if (!change.has_before()) return absl::StrCat(text, after);
  const std::string before = FormatValue(change.before(), "", currency);
  return before == after ? absl::StrCat(text, after) : absl::StrCat(text, before, " -> ", after);
}

void PrintForPeople(const Context& context, const SegmentChanges& changes,
                    const std::string& currency) {
  const Terminal& terminal = context.terminal();
  if (!changes.reset && changes.events.empty()) return;
  std::string head =
      absl::StrCat("revision ", changes.revision,
                   changes.as_of.empty() ? ", the workspace is empty"
                                         : absl::StrCat(", as of ", Printable(changes.as_of)));
  if (changes.reset) {
    absl::StrAppend(&head, ": ", FormatInteger(static_cast<int64_t>(changes.events.size())),
                    changes.events.size() == 1 ? " member" : " members");
  }
  context.out() << Bold(terminal, head) << '\n';
  int width = 0;
  for (const Event& event : changes.events) {
    width = std::max(width, DisplayWidth(Printable(event.customer())));
  }
  for (const Event& event : changes.events) {
    const bool entered = event.kind() == Response::KIND_ENTER;
    const std::string customer = Printable(event.customer());
    context.out() << Coloured(terminal, entered ? "+" : "-", entered) << ' ' << customer;
    std::vector<std::string> words;
    for (const Response::FieldChange& change : event.changes()) {
      // A value that is not known, and was not before, says nothing.
      const bool known = change.has_before() || change.after().kind_case() != v1::Value::kNull;
      if (known) words.push_back(ChangeInWords(change, currency));
    }
    if (!words.empty()) {
      context.out() << std::string(width - DisplayWidth(customer) + 2, ' ')
                    << absl::StrJoin(words, ", ");
    }
    context.out() << '\n';
  }
}

// One row a field of an event; RESET and CAUGHT_UP are rows too.
void PrintCsv(std::ostream& out, const SegmentChanges& changes) {
  const auto row = [&](const char* event, const std::string& customer,
                       const Response::FieldChange& change) {
    WriteCsvRow(out, {absl::StrCat(changes.revision), changes.as_of, event, customer,
                      change.field(), PlainValue(change.before()), PlainValue(change.after())});
  };
  const Response::FieldChange none;
  if (changes.reset) row("reset", "", none);
  for (const Event& event : changes.events) {
    const char* word = event.kind() == Response::KIND_ENTER ? "enter" : "leave";
    if (event.changes_size() == 0) row(word, event.customer(), none);
    for (const Response::FieldChange& change : event.changes()) row(word, event.customer(), change);
  }
  row("caught_up", "", none);
}

// One line an event: a response with this event alone.
absl::Status PrintJsonLines(std::ostream& out, const SegmentChanges& changes) {
  Response line;
  line.set_revision(changes.revision);
  line.set_as_of(changes.as_of);
  line.add_events();
  const auto print = [&](const Event& event) -> absl::Status {
    *line.mutable_events(0) = event;
    std::string json;
    const auto status = google::protobuf::util::MessageToJsonString(line, &json);
    if (!status.ok()) return absl::InternalError(std::string(status.message()));
    out << PrintableJson(json) << '\n';
    return absl::OkStatus();
  };
  Event marker;
  marker.set_kind(Response::KIND_RESET);
  if (changes.reset) STRATA_RETURN_IF_ERROR(print(marker));
  for (const Event& event : changes.events) STRATA_RETURN_IF_ERROR(print(event));
  marker.set_kind(Response::KIND_CAUGHT_UP);
  return print(marker);
}

absl::Status Print(const Context& context, const SegmentChanges& changes,
                   const std::string& currency) {
  absl::Status status;
  switch (context.flags().output) {
    case OutputForm::kTable:
      PrintForPeople(context, changes, currency);
      break;
    case OutputForm::kCsv:
      PrintCsv(context.out(), changes);
      break;
    case OutputForm::kJson:
      status = PrintJsonLines(context.out(), changes);
      break;
  }
  context.out().flush();
  if (status.ok() && !context.out()) status = absl::UnknownError("cannot write the output");
  return status;
}

// For amounts shown to people. Empty, which writes two decimals, where the workspace cannot be
// asked now: the watch itself waits for a server that comes back.
std::string CurrencyOf(Client& client, const Context& context, const std::string& workspace) {
  if (context.flags().output != OutputForm::kTable) return "";
  v1::GetWorkspaceRequest request;
  request.set_workspace(workspace);
  const absl::StatusOr<v1::GetWorkspaceResponse> answer =
      client.GetWorkspace(request, context.call_options());
  return answer.ok() ? answer->workspace().currency_code() : "";
}

absl::Status WatchSegment(Context& context, const WatchArguments& args) {
  if (!context.flags().data_dir.empty() && !args.once) {
    return absl::InvalidArgumentError(
        "nobody can write to the folder of --data-dir while this command serves it, so nothing "
        "would ever happen: add --once, or watch a running stratad with --server");
  }
  SegmentWatcherOptions options;
  STRATA_ASSIGN_OR_RETURN(options.workspace, context.Workspace());
  options.segment = args.segment;
  options.fields = args.fields;
  options.after_revision = args.after_revision;
  options.call = context.call_options();
  options.on_retry = [&context](const absl::Status& broken, absl::Duration pause) {
    context.err() << "strata: " << Printable(broken.message()) << "; trying again in "
                  << absl::FormatDuration(absl::Ceil(pause, absl::Milliseconds(10))) << std::endl;
  };
  if (args.once) options.retry = RetryPolicy();  // an answer is waited for: as any other call
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  if (context.flags().output == OutputForm::kCsv) {
    WriteCsvRow(context.out(),
                {"revision", "as_of", "event", "customer", "field", "before", "after"});
  }
  const std::string currency = CurrencyOf(*client, context, options.workspace);
  g_printed = args.after_revision;
  const EndBySignal end_by_signal;
  SegmentWatcher watcher(*client, std::move(options));
  absl::Status printed;
  const absl::Status status = watcher.Run([&](const SegmentChanges& changes) {
    printed = Print(context, changes, currency);
    g_printed = changes.revision;
    return printed.ok() && !args.once;
  });
  if (!status.ok()) return status;
  if (printed.ok() && context.flags().output == OutputForm::kTable) {
    context.out() << "caught up with revision " << watcher.revision() << "; go on with "
                  << "--after-revision " << watcher.revision() << '\n';
  }
  return printed;
}

}  // namespace

void AddSegmentWatch(CLI::App& segment, Context& context) {
  auto args = std::make_shared<WatchArguments>();
  CLI::App* watch = AddCommand(
      segment, "watch", "Who enters and leaves as records are committed; ends with Ctrl-C",
      "strata segment watch tier/strategic --fields revenue_90d,account_owner\n"
      "  strata segment watch at-risk --after-revision 812 -o json | jq .events[0].customer",
      [&context, args] { return WatchSegment(context, *args); }, context);
  watch->add_option("segment", args->segment, "A filter segment, or a class: tier/strategic")
      ->required();
  watch
      ->add_option("--after-revision", args->after_revision,
                   "Go on after this revision; the whole membership comes first when it is no "
                   "longer held [0]")
      ->check(WholeNumber(0))
      ->type_name("N");
  watch->add_option("--fields", args->fields, "Values to show with each customer, A,B")
      ->delimiter(',')
      ->allow_extra_args(false);
  watch->add_flag("--once", args->once, "End once everything up to now is told");
}

}  // namespace strata::cli
