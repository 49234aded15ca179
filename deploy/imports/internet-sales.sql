-- A consumer shop from a star schema (a variant of AdventureWorksDW): strata import --preset internet-sales DIR
--
-- DIR holds FactTable.csv, DimCustomer.csv, DimGeography.csv and DimProduct.csv; each is a table here under
-- its name without .csv. The workspace counts ages as the difference of years, in USD and UTC.

-- The country is that of the customer's address, not that of the sales territory.
-- record: customer
SELECT c.CustomerKey                       AS id,
       c.FirstName || ' ' || c.LastName    AS display_name,
       c.BirthDate                         AS birth_date,
       c.Gender                            AS gender,
       c.TotalChildren                     AS children,
       g.Country                           AS country,
       g.City                              AS city,
       c._file, c._line
FROM DimCustomer AS c
LEFT JOIN DimGeography AS g ON g.GeographyKey = c.GeographyKey;

-- The data has no order number, so each line is an order of its own, with an id made of what the line says.
-- Revenue is quantity x the product's list price. Prices have up to four decimals:
-- mul_decimal multiplies the digits as they stand in the file, where doubles would leave 0.0000228 too much
-- in the total. A line whose product is unknown has no amount and is refused, not left out in silence: hence
-- LEFT JOIN. DueDate is not taken as promised_time, because nothing says when a delivery arrived.
-- record: order
SELECT f.CustomerKey                            AS customer,
       f.OrderDate                              AS order_time,
       f.ShipDate                               AS shipped_time,
       'internet'                               AS channel,
       p."Product Name"                         AS product,
       f.OrderQuantity                          AS quantity,
       mul_decimal(f.OrderQuantity, p.Price)    AS amount,
       mul_decimal(f.OrderQuantity, p.Cost)     AS cost,
       f._file, f._line
FROM FactTable AS f
LEFT JOIN DimProduct AS p ON p.ProductKey = f.ProductKey;
