#include "server/base/host_port.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace strata {
namespace {

constexpr int kHighestPort = 65'535;
constexpr size_t kLongestShown = 60, kLongestHost = 253;  // of a DNS name

absl::Status Wrong(absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", absl::CHexEscape(text.substr(0, kLongestShown)), "\" ", what,
                   "; HOST:PORT is expected, as in localhost:50051 or [::1]:50051"));
}

bool IsIpv6(absl::string_view host) {
  in6_addr address;
  // A zone ("%eth0") stands behind the address.
  const std::string text(host.substr(0, host.find('%')));
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool IsName(absl::string_view host) {
  return host.size() <= kLongestHost && host[0] != '-' && host[0] != '.' &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
         });
}

}  // namespace

absl::StatusOr<HostPort> ParseHostPort(absl::string_view text, int lowest_port) {
  HostPort result;
  absl::string_view host = text, port;
  bool has_port = false, brackets = false;
  if (!text.empty() && text[0] == '[') {
    const size_t end = text.find(']');
    if (end == absl::string_view::npos) return Wrong(text, "has no closing bracket");
    brackets = true;
    host = text.substr(1, end - 1);
    has_port = end + 1 < text.size() && text[end + 1] == ':';
    if (!has_port && end + 1 < text.size()) return Wrong(text, "goes on behind its bracket");
    if (has_port) port = text.substr(end + 2);
  } else if (const size_t colon = text.rfind(':'); colon != absl::string_view::npos) {
    has_port = true;
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (host.find(':') != absl::string_view::npos) {
      return Wrong(text, "has more than one colon: an IPv6 address stands in brackets");
    }
  }
  if (host.empty()) return Wrong(text, "names no host");
  if (brackets ? !IsIpv6(host) : !IsName(host)) return Wrong(text, "names no host that could be");
  if (!has_port || port.empty()) return Wrong(text, "names no port");
  const bool digits =
      port.size() <= 5 && std::all_of(port.begin(), port.end(), absl::ascii_isdigit);
  if (!digits || !absl::SimpleAtoi(port, &result.port) || result.port < lowest_port ||
      result.port > kHighestPort) {
    return Wrong(text, absl::StrCat("has no port between ", lowest_port, " and ", kHighestPort));
  }
  result.host = std::string(host);
  return result;
}

}  // namespace strata
