#ifndef STRATA_SERVER_IMAGE_CUSTOMER_COLUMNS_H_
#define STRATA_SERVER_IMAGE_CUSTOMER_COLUMNS_H_

#include <cstddef>

#include "server/domain/record.h"
#include "server/image/coder.h"
#include "server/image/columns.h"

// Editing of a block's customers. Columns are only edited before they are published.

namespace strata::image {

// Rows up to `rows`; new ones are no customers yet.
void Resize(CustomerColumns& columns, size_t rows);

// Makes row `row` the given customer and nothing else.
void PutCustomer(CustomerColumns& columns, size_t row, const Customer& customer, bool placeholder,
                 Coder& coder);

// Makes row `row` no customer; its values become absent.
void ClearCustomer(CustomerColumns& columns, size_t row);

// The rows [first, first + count).
CustomerColumns Slice(const CustomerColumns& columns, size_t first, size_t count);

size_t CountPresent(const CustomerColumns& columns);
size_t MemoryBytes(const CustomerColumns& columns);

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_CUSTOMER_COLUMNS_H_
