#include "server/rpc/transport/page_token.h"

#include "gtest/gtest.h"
#include "server/base/error.h"
#include "strata/v1/kpi_service.pb.h"

namespace strata::rpc {
namespace {

v1::QueryKpisRequest Request() {
  v1::QueryKpisRequest request;
  request.mutable_scope()->set_workspace("sales");
  request.add_kpis("revenue");
  return request;
}

TEST(PageTokenTest, ReadsBackWhatItWasMadeOf) {
  const PageToken token{1'234'567'890'123, 20'000, "acme\n"};
  const auto decoded = DecodePageToken(EncodePageToken(token, 42), 42);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, token);
}

TEST(PageTokenTest, EmptyTextIsTheFirstPage) {
  const auto decoded = DecodePageToken("", 42);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, PageToken());
}

TEST(PageTokenTest, RefusesATokenOfAnotherRequest) {
  const auto decoded = DecodePageToken(EncodePageToken({7, 100, ""}, 42), 43);
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FactsOf(decoded.status()).reason, "INVALID_PAGE_TOKEN");
}

TEST(PageTokenTest, RefusesEveryTextWithOneCharacterChanged) {
  const std::string text = EncodePageToken({7, 100, ""}, 42);
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'B' ? 'C' : 'B';
    const auto decoded = DecodePageToken(changed, 42);
    // The last character of base64 may hold bits that mean nothing.
    if (decoded.ok()) {
      EXPECT_EQ(*decoded, (PageToken{7, 100, ""})) << i;
      EXPECT_EQ(i, text.size() - 1);
    }
  }
  EXPECT_FALSE(DecodePageToken("not base64 !", 42).ok());
  EXPECT_FALSE(DecodePageToken(text.substr(0, 20), 42).ok());
}

TEST(PageTokenTest, BindsToEverythingButThePage) {
  const uint64_t binding = PageBinding(Request());
  v1::QueryKpisRequest next = Request();
  next.set_page_token("abc");
  next.set_page_size(7);
  EXPECT_EQ(PageBinding(next), binding);
  next.mutable_scope()->set_filter("country = \"US\"");
  EXPECT_NE(PageBinding(next), binding);
  v1::QueryKpisRequest other = Request();
  other.mutable_scope()->set_workspace("sale");
  EXPECT_NE(PageBinding(other), binding);
}

TEST(PageTokenTest, CutsAndRefusesPageSizes) {
  EXPECT_EQ(*PageSize(0, 100, 1'000), 100);
  EXPECT_EQ(*PageSize(5'000, 100, 1'000), 1'000);
  EXPECT_EQ(*PageSize(7, 100, 1'000), 7);
  EXPECT_EQ(FactsOf(PageSize(-1, 100, 1'000).status()).fields.front().first, "page_size");
}

}  // namespace
}  // namespace strata::rpc
