-- Orders between businesses in one flat file, a row a line: strata import --preset sales-sample FILE
--
-- The file is the table "sales". The same data goes round in two forms: UTF-8 with dates as
-- 2/24/2003 0:00, and code page 437 with dates as 02/24/03 (then add --encoding CP437).

-- The file repeats the account in each line: the first one counts.
-- record: customer
SELECT CUSTOMERNAME    AS id,
       CUSTOMERNAME    AS display_name,
       COUNTRY         AS country,
       TERRITORY       AS region,
       CITY            AS city,
       STATE           AS attribute_state,
       _file,
       min(_line)      AS _line
FROM sales
GROUP BY CUSTOMERNAME
ORDER BY min(_line);

-- What the customer pays for a line is SALES: PRICEEACH is capped at 100, so quantity x price is wrong.
-- Statuses are taken as they are; the workspace leaves cancelled orders out of revenue by default.
-- record: order
SELECT ORDERNUMBER     AS id,
       CUSTOMERNAME    AS customer,
       parse_date(ORDERDATE, '%m/%d/%Y %H:%M', '%m/%d/%y', '%m/%d/%Y')    AS order_time,
       STATUS          AS status,
       PRODUCTCODE     AS product,
       PRODUCTLINE     AS product_line,
       QUANTITYORDERED AS quantity,
       SALES           AS amount,
       _file, _line
FROM sales
ORDER BY CAST(ORDERNUMBER AS INTEGER), CAST(ORDERLINENUMBER AS INTEGER), _line;
