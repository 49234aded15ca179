#include "server/domain/status_key.h"

#include <gtest/gtest.h>

namespace strata {
namespace {

TEST(StatusKeyTest, BlanksAndCaseDoNotMatter) {
  for (const char* status : {"cancelled", "Cancelled", "CANCELLED", " cancelled", "cancelled\t",
                             "\n Cancelled \r\n", "\u00a0cancelled\u3000", "\u2003CANCELLED"}) {
    EXPECT_EQ(StatusKey(status), "cancelled") << status;
  }
  EXPECT_EQ(StatusKey("on  hold"), "on  hold");  // blanks inside are part of it
  EXPECT_NE(StatusKey("canceled"), StatusKey("cancelled"));
  EXPECT_EQ(StatusKey(""), "");
  EXPECT_EQ(StatusKey(" \u00a0\t"), "");
}

// Case folding of Unicode, CaseFolding.txt: C and F.
TEST(StatusKeyTest, CaseIsThatOfUnicode) {
  EXPECT_EQ(StatusKey("ANNUL\u00c9E"), "annul\u00e9e");
  EXPECT_EQ(StatusKey("ОТМЕНЁН"), StatusKey("отменён"));
  EXPECT_EQ(StatusKey("ΑΚΥΡΟΣ"), StatusKey("ακυρος"));  // of both small sigmas
  EXPECT_EQ(StatusKey("Abgeschlo\u00dfen"), "abgeschlossen");
  EXPECT_EQ(StatusKey("\u0130ptal"), StatusKey("i\u0307ptal"));
}

TEST(StatusKeyTest, ComposedAndDecomposedAreOne) {
  EXPECT_EQ(StatusKey("annule\u0301"), StatusKey("annul\u00e9"));
  EXPECT_EQ(StatusKey("annule\u0301e"), StatusKey("ANNULE\u0301E"));
}

TEST(StatusKeyTest, TheKeyOfAKeyIsItself) {
  for (const char* status : {" Stra\u00dfe ", "ANNULE\u0301E", "\u0130PTAL", "Void", "\xff Void"}) {
    EXPECT_EQ(StatusKey(StatusKey(status)), StatusKey(status)) << status;
  }
}

TEST(StatusKeyTest, WhatIsNoUtf8IsItself) { EXPECT_EQ(StatusKey("\xff Void "), "\xff Void "); }

TEST(StatusKeyTest, AListHoldsEachStatusOnce) {
  const std::vector<std::string> keys = StatusKeys({"Void", " void", "", "  ", "Cancelled"});
  EXPECT_EQ(keys, (std::vector<std::string>{"cancelled", "void"}));
  EXPECT_TRUE(HasStatus(keys, "VOID "));
  EXPECT_FALSE(HasStatus(keys, "voided"));
  EXPECT_FALSE(HasStatus(keys, ""));
  EXPECT_FALSE(HasStatus({}, "void"));
}

}  // namespace
}  // namespace strata
