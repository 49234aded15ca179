#ifndef STRATA_CLIENT_CLI_PROGRAM_COMMAND_H_
#define STRATA_CLIENT_CLI_PROGRAM_COMMAND_H_

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/present/renderer.h"
#include "client/cli/present/terminal.h"
#include "strata/client_class.h"
#include "strata/v1/types.pb.h"

namespace CLI {
class App;
}
namespace google::protobuf {
class Message;
}

namespace strata::cli {

// Global flags as the user gave them; the same in front of the noun and behind it.
struct GlobalFlags {
  std::string server = "localhost:50051";
  std::string data_dir;   // not empty: the service runs inside this process over that folder
  std::string workspace;  // empty: the only one there is
  OutputForm output = OutputForm::kTable;
  std::string part;  // of the answer; empty: all of it, as csv the part that it names itself
  std::string as_of, from, to, filter, segment, sort, classes_at;
  int64_t min_revision = 0;
  int32_t limit = 0;           // 0: not given
  double timeout_seconds = 0;  // of one call; 0: the client's default
  std::string token, tls_ca;
};

class LocalServer;  // the service inside this process (--data-dir)

// What every command works with. Lives as long as the program.
class Context {
 public:
  explicit Context(Terminal terminal);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  GlobalFlags& flags() { return flags_; }
  const GlobalFlags& flags() const { return flags_; }
  const Terminal& terminal() const { return terminal_; }
  std::ostream& out() const { return terminal_.out; }
  std::ostream& err() const { return terminal_.err; }

  // Connected on first use: to --server, or to a service started over --data-dir. INVALID_ARGUMENT
  // for an address that cannot be one; else as LocalServer::Start. The pointer stays good until the
  // Context goes.
  absl::StatusOr<Client*> client();

  // For commands that bring data: --data-dir may name a folder that is not there yet.
  void set_makes_folder() { makes_folder_ = true; }

  // Takes the place of a connection in tests.
  void set_client(Client client);

  // -w, else STRATA_WORKSPACE, else the only workspace there is; a status that says what to do when
  // there is none or more than one.
  absl::StatusOr<std::string> Workspace();

  // The workspace with --as-of, --from, --to, --filter, --segment, --min-revision, --classes-at.
  absl::StatusOr<v1::QueryScope> Scope();

  // --timeout as the deadline of one call.
  CallOptions call_options() const;

  // Prints an answer in the form that was asked for (-o), or the part of it that was (--part).
  absl::Status Show(const Document& document) const;

  // Whether people read the answer: questions ask for as many rows as they can look over then,
  // unless told otherwise, and programs get all of them.
  bool ReadByPeople() const { return flags_.output == OutputForm::kTable; }

  // Protobuf JSON on out: what -o json prints.
  absl::Status PrintJson(const google::protobuf::Message& message) const;

  // Called by a command's CLI11 callback; main runs the action once everything is parsed.
  void set_action(std::function<absl::Status()> action) { action_ = std::move(action); }
  const std::function<absl::Status()>& action() const { return action_; }

 private:
  Terminal terminal_;
  GlobalFlags flags_;
  bool makes_folder_ = false;
  std::unique_ptr<LocalServer> local_server_;  // outlives the client
  std::optional<Client> client_;
  std::function<absl::Status()> action_;
};

// Adds the verb `name` to `noun`, with the flags of everything above it allowed behind it and
// `example` at the end of its help. `action` runs when the user calls it. Its status becomes the
// exit code (server/base/exit_code.h). Options hold their values in objects
// that `action` shares:
//
//   auto args = std::make_shared<ImportArgs>();
//   CLI::App* app = AddCommand(parent, "import", "Reads CSV files", "strata import --sql ...",
//                              [&ctx, args] { return RunImport(ctx, *args); }, ctx);
//   app->add_option("--sql", args->sql, "...");
CLI::App* AddCommand(CLI::App& noun, const std::string& name, const std::string& description,
                     const std::string& example, std::function<absl::Status()> action,
                     Context& context);

// Likewise of a command that answers with a document: it is shown in the form that was asked for.
CLI::App* AddQuestion(CLI::App& noun, const std::string& name, const std::string& description,
                      const std::string& example, std::function<absl::StatusOr<Document>()> ask,
                      Context& context);

// "strata --data-dir DIR -w NAME", as far as they were given: what every shown command begins with.
std::string CommandStart(const GlobalFlags& flags);

// Adds a noun that only groups verbs.
CLI::App* AddNoun(CLI::App& app, const std::string& name, const std::string& description);

// One file a noun. Each adds its commands to the program.
void RegisterWorkspace(CLI::App& app, Context& context);
void RegisterKpi(CLI::App& app, Context& context);
void RegisterCustomer(CLI::App& app, Context& context);
void RegisterSegment(CLI::App& app, Context& context);
void RegisterInsight(CLI::App& app, Context& context);
void RegisterReport(CLI::App& app, Context& context);
void RegisterStream(CLI::App& app, Context& context);
void RegisterImport(CLI::App& app, Context& context);
void RegisterDemo(CLI::App& app, Context& context);
void RegisterAdmin(CLI::App& app, Context& context);
void RegisterVersion(CLI::App& app, Context& context);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PROGRAM_COMMAND_H_
