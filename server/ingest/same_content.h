#ifndef STRATA_SERVER_INGEST_SAME_CONTENT_H_
#define STRATA_SERVER_INGEST_SAME_CONTENT_H_

#include "server/domain/record.h"

namespace strata::ingest {

// Whether two records of one id say the same. Neither id, customer, version nor update mask count;
// attributes of both are ascending by key.
bool SameContent(const Customer& a, const Customer& b);
bool SameContent(const Order& a, const Order& b);
bool SameContent(const Ticket& a, const Ticket& b);
bool SameContent(const Contract& a, const Contract& b);
bool SameContent(const Survey& a, const Survey& b);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_SAME_CONTENT_H_
