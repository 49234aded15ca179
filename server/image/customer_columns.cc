#include "server/image/customer_columns.h"

#include <algorithm>

namespace strata::image {
namespace {

// Calls visit(column) for every column of `columns` but `present`.
template <typename Columns, typename Visit>
void ForEachColumn(Columns& columns, const Visit& visit) {
  visit(columns.placeholder);
  visit(columns.display_name);
  visit(columns.gender);
  visit(columns.country);
  visit(columns.region);
  visit(columns.city);
  visit(columns.industry);
  visit(columns.account_owner);
  visit(columns.birth_date);
  visit(columns.children);
  visit(columns.strategic);
  visit(columns.created_day);
  visit(columns.created_time);
  for (auto& [number, column] : columns.text_attributes) visit(column);
  for (auto& [number, column] : columns.number_attributes) visit(column);
  for (auto& [number, column] : columns.boolean_attributes) visit(column);
}

template <typename T>
std::map<uint32_t, Column<T>> SliceAttributes(const std::map<uint32_t, Column<T>>& columns,
                                              size_t first, size_t count) {
  std::map<uint32_t, Column<T>> slices;
  for (const auto& [number, column] : columns) {
    Column<T> slice = column.Slice(first, count);
    if (!slice.empty()) slices.emplace(number, std::move(slice));
  }
  return slices;
}

template <typename T>
void SetAttribute(std::map<uint32_t, Column<T>>& columns, uint32_t number, T absent, size_t rows,
                  size_t row, T value) {
  columns.try_emplace(number, absent).first->second.Set(rows, row, value);
}

void SetAttribute(CustomerColumns& columns, size_t row, const Attribute& attribute, Coder& coder) {
  const size_t rows = columns.rows;
  if (const auto* text = std::get_if<absl::string_view>(&attribute.value)) {
    const auto number = coder.Attribute(attribute.key, AttributeKind::kText);
    if (!number.has_value()) return;
    const Code code = coder.attribute_texts.Intern(*text);
    SetAttribute(columns.text_attributes, *number, kAbsent, rows, row, code);
  } else if (const auto* value = std::get_if<double>(&attribute.value)) {
    const auto number = coder.Attribute(attribute.key, AttributeKind::kNumber);
    if (!number.has_value()) return;
    SetAttribute(columns.number_attributes, *number, std::numeric_limits<double>::quiet_NaN(), rows,
                 row, *value);
  } else {
    const auto number = coder.Attribute(attribute.key, AttributeKind::kBoolean);
    if (!number.has_value()) return;
    const int8_t truth = std::get<bool>(attribute.value) ? 1 : 0;
    SetAttribute(columns.boolean_attributes, *number, int8_t{-1}, rows, row, truth);
  }
}

}  // namespace

void Resize(CustomerColumns& columns, size_t rows) {
  columns.rows = rows;
  columns.present.resize(rows, 0);
  ForEachColumn(columns, [rows](auto& column) { column.Resize(rows); });
}

void PutCustomer(CustomerColumns& columns, size_t row, const Customer& customer, bool placeholder,
                 Coder& coder) {
  const size_t rows = columns.rows;
  if (columns.present[row] != 0) ClearCustomer(columns, row);
  columns.present[row] = 1;
  columns.placeholder.Set(rows, row, placeholder ? 1 : 0);
  columns.display_name.Set(rows, row, coder.display_name.Intern(customer.display_name));
  columns.gender.Set(rows, row, coder.gender.Intern(customer.gender));
  columns.country.Set(rows, row, coder.country.Intern(customer.country));
  columns.region.Set(rows, row, coder.region.Intern(customer.region));
  columns.city.Set(rows, row, coder.city.Intern(customer.city));
  columns.industry.Set(rows, row, coder.industry.Intern(customer.industry));
  columns.account_owner.Set(rows, row, coder.account_owner.Intern(customer.account_owner));
  columns.birth_date.Set(rows, row, customer.birth_date);
  columns.children.Set(rows, row, static_cast<int16_t>(customer.children.value_or(-1)));
  if (customer.strategic.has_value()) columns.strategic.Set(rows, row, *customer.strategic ? 1 : 0);
  columns.created_day.Set(rows, row, coder.DayOf(customer.created_time));
  columns.created_time.Set(rows, row, customer.created_time);
  for (const Attribute& attribute : customer.attributes) {
    SetAttribute(columns, row, attribute, coder);
  }
}

void ClearCustomer(CustomerColumns& columns, size_t row) {
  columns.present[row] = 0;
  ForEachColumn(columns,
                [&columns, row](auto& column) { column.Set(columns.rows, row, column.absent()); });
}

CustomerColumns Slice(const CustomerColumns& columns, size_t first, size_t count) {
  CustomerColumns slice;
  slice.rows = count;
  slice.present.assign(columns.present.begin() + first, columns.present.begin() + first + count);
  slice.placeholder = columns.placeholder.Slice(first, count);
  slice.display_name = columns.display_name.Slice(first, count);
  slice.gender = columns.gender.Slice(first, count);
  slice.country = columns.country.Slice(first, count);
  slice.region = columns.region.Slice(first, count);
  slice.city = columns.city.Slice(first, count);
  slice.industry = columns.industry.Slice(first, count);
  slice.account_owner = columns.account_owner.Slice(first, count);
  slice.birth_date = columns.birth_date.Slice(first, count);
  slice.children = columns.children.Slice(first, count);
  slice.strategic = columns.strategic.Slice(first, count);
  slice.created_day = columns.created_day.Slice(first, count);
  slice.created_time = columns.created_time.Slice(first, count);
  slice.text_attributes = SliceAttributes(columns.text_attributes, first, count);
  slice.number_attributes = SliceAttributes(columns.number_attributes, first, count);
  slice.boolean_attributes = SliceAttributes(columns.boolean_attributes, first, count);
  return slice;
}

size_t CountPresent(const CustomerColumns& columns) {
  return std::count(columns.present.begin(), columns.present.end(), 1);
}

size_t MemoryBytes(const CustomerColumns& columns) {
  size_t bytes = sizeof(columns) + columns.present.capacity();
  ForEachColumn(columns, [&bytes](const auto& column) { bytes += column.MemoryBytes(); });
  return bytes;
}

}  // namespace strata::image
