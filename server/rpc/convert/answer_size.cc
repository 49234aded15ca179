#include "server/rpc/convert/answer_size.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace strata::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kMeta[] = "meta";

// All lists of one path, such as "steps.movers": one in each step.
struct Lists {
  struct Place {
    Message* holder;
    const FieldDescriptor* field;

    int size() const { return holder->GetReflection()->FieldSize(*holder, field); }
  };
  std::vector<Place> places;
  size_t bytes = 0;  // of their elements, with what lists within those hold

  int longest() const {
    int longest = 0;
    for (const Place& place : places) longest = std::max(longest, place.size());
    return longest;
  }
};
using ListsByPath = std::map<std::string, Lists>;

void Collect(Message* message, const std::string& path, ListsByPath& lists);

void CollectList(Message* message, const FieldDescriptor* field, const std::string& path,
                 ListsByPath& lists) {
  const Reflection& reflection = *message->GetReflection();
  const int size = reflection.FieldSize(*message, field);
  size_t bytes = 0;
  for (int i = 0; i < size; ++i) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Message* const element = reflection.MutableRepeatedMessage(message, field, i);
      Collect(element, path, lists);
      bytes += element->ByteSizeLong();
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      bytes += reflection.GetRepeatedString(*message, field, i).size();
    } else {
      bytes += sizeof(double);
    }
  }
  Lists& found = lists[path];
  found.places.push_back({message, field});
  found.bytes += bytes;
}

// Enters every list under `message`.
void Collect(Message* message, const std::string& path, ListsByPath& lists) {
  const Reflection& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->is_map()) continue;
    const std::string name = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
    if (field->is_repeated()) {
      CollectList(message, field, name, lists);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && name != kMeta) {
      Collect(reflection.MutableMessage(message, field), name, lists);
    }
  }
}

// What is best cut: of the lists that hold about as much as any, the longest. So rows go as a
// whole, not some values of each, and movers of a step before steps. Null: each has one element.
const ListsByPath::value_type* MostElements(const ListsByPath& all) {
  size_t most_bytes = 0;
  for (const auto& [path, lists] : all) {
    if (lists.longest() > 1) most_bytes = std::max(most_bytes, lists.bytes);
  }
  const ListsByPath::value_type* most = nullptr;
  for (const auto& entry : all) {
    const int longest = entry.second.longest();
    if (longest < 2 || entry.second.bytes < most_bytes / 2) continue;
    if (most == nullptr || longest > most->second.longest()) most = &entry;
  }
  return most;
}

void Cut(const Lists& lists, int length) {
  for (const Lists::Place& place : lists.places) {
    const Reflection& reflection = *place.holder->GetReflection();
    for (int size = place.size(); size > length; --size) {
      reflection.RemoveLast(place.holder, place.field);
    }
  }
}

}  // namespace

void TellCut(const std::string& list, int64_t kept, int64_t total, v1::ResultMeta* meta) {
  for (const v1::ListCut& cut : meta->cuts()) {
    if (cut.list() == list) total = std::max(total, cut.total());
  }
  v1::ListCut* const cut = meta->add_cuts();
  cut->set_list(list);
  cut->set_kept(kept);
  cut->set_total(total);
  meta->add_notes(absl::StrCat(list, ": the first ", kept, " of ", total,
                               " are listed, since an answer holds at most 3 MB; ask for fewer, or "
                               "narrow the question"));
}

absl::Status FitAnswer(Message* answer) {
  if (answer->ByteSizeLong() <= kMaxAnswerBytes) return absl::OkStatus();
  const FieldDescriptor* const meta = answer->GetDescriptor()->FindFieldByName(kMeta);
  if (meta == nullptr || meta->message_type() != v1::ResultMeta::descriptor()) {
    return absl::ResourceExhaustedError(absl::StrCat("the answer would hold ",
                                                     answer->ByteSizeLong(), " bytes; at most ",
                                                     kMaxAnswerBytes, " are sent"));
  }
  constexpr size_t kNotes = 1'000;  // room for what is told
  constexpr size_t kTarget = kMaxAnswerBytes - kNotes;
  std::map<std::string, std::pair<int, int>> cuts;  // kept, of
  for (;;) {
    // Anew after each cut, which may have taken whole lists away.
    ListsByPath all;
    Collect(answer, "", all);
    const ListsByPath::value_type* const most = MostElements(all);
    if (most == nullptr) break;
    const int longest = most->second.longest();
    int kept = longest;
    size_t bytes = answer->ByteSizeLong();
    // Elements differ in size, so the length is found in steps, each of them shorter.
    while (bytes > kTarget && kept > 1) {
      const double share = static_cast<double>(kTarget) / static_cast<double>(bytes);
      kept = std::clamp(static_cast<int>(kept * share), 1, kept - 1);
      Cut(most->second, kept);
      bytes = answer->ByteSizeLong();
    }
    cuts[most->first] = {kept, std::max(longest, cuts[most->first].second)};
    if (bytes <= kTarget) break;
  }
  auto* const told =
      static_cast<v1::ResultMeta*>(answer->GetReflection()->MutableMessage(answer, meta));
  for (const auto& [list, cut] : cuts) TellCut(list, cut.first, cut.second, told);
  return absl::OkStatus();
}

}  // namespace strata::rpc
