"""`strata import FILE...` without a mapping, on files as shops, spreadsheets and CRMs write them. What is
right is added up here from the rows that each test writes, never by the program."""

import csv
import datetime
import decimal
import gzip
import io
import json
import pathlib
import re
import tempfile
import unittest
import zipfile

import mini_server

D = decimal.Decimal
SAMPLE = mini_server.SHARED_DATA / "sales_data_sample"


def workbook(sheets, epoch_1904=False, references=True):
    """An .xlsx of {name: rows}: texts shared, days and times as numbers with a format, as Excel has
    them; cells with the names of their places or, as other programs write them, without."""
    shared, parts = [], {}
    origin = datetime.datetime(1904, 1, 1) if epoch_1904 else datetime.datetime(1899, 12, 30)

    def cell(reference, value):
        if value is None:
            return ""
        if isinstance(value, datetime.datetime):
            serial = (value - origin) / datetime.timedelta(days=1)
            return f'<c r="{reference}" s="1"><v>{serial!r}</v></c>'
        if isinstance(value, (int, float)):
            return f'<c r="{reference}"><v>{value!r}</v></c>'
        shared.append(value)
        return f'<c r="{reference}" t="s"><v>{len(shared) - 1}</v></c>'

    for number, rows in enumerate(sheets.values(), 1):
        lines = "".join(
            f'<row r="{r}">' + "".join(cell(f"{chr(64 + c)}{r}", v) for c, v in enumerate(row, 1)) +
            "</row>" for r, row in enumerate(rows, 1))
        if not references:
            lines = re.sub(r' r="[^"]*"', "", lines)
        parts[f"xl/worksheets/sheet{number}.xml"] = f"<worksheet><sheetData>{lines}</sheetData></worksheet>"
    names = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>'
                    for i, name in enumerate(sheets, 1))
    relations = "".join(f'<Relationship Id="rId{i}" Type="t/worksheet" Target="worksheets/sheet{i}.xml"/>'
                        for i in range(1, len(sheets) + 1))
    parts["_rels/.rels"] = ('<Relationships><Relationship Id="r1" Type="t/officeDocument" '
                            'Target="xl/workbook.xml"/></Relationships>')
    parts["xl/workbook.xml"] = ('<workbook xmlns:r="r"><workbookPr date1904="' +
                                str(int(epoch_1904)) + f'"/><sheets>{names}</sheets></workbook>')
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships>{relations}<Relationship Id="s" Type="t/styles" Target="styles.xml"/>'
        '<Relationship Id="t" Type="t/sharedStrings" Target="sharedStrings.xml"/></Relationships>')
    parts["xl/styles.xml"] = ('<styleSheet><numFmts><numFmt numFmtId="170" formatCode="d/m/yy\\ h:mm"/>'
                              '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs>'
                              '</styleSheet>')
    texts = "".join(f"<si><t>{text}</t></si>" for text in shared)
    parts["xl/sharedStrings.xml"] = f"<sst>{texts}</sst>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return out.getvalue()


class Proposals(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)

    def write(self, name, content, encoding="utf-8"):
        path = self.home / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def strata(self, *args, status=0, stdin=None):
        result = mini_server.run_cli(*args, data_dir=self.home / "data", stdin=stdin)
        self.assertEqual(result.status, status, result)
        return result

    def take(self, *args, status=0):
        """Imports at once; the report as JSON."""
        return json.loads(self.strata("-w", "w", "-o", "json", "import", *args, "--yes",
                                      status=status).out)

    def figures(self, *kpis):
        out = self.strata("-w", "w", "-o", "csv", "kpi", "query", ",".join(kpis)).out
        return [D(value) for value in next(csv.reader(io.StringIO(out.splitlines()[1])))]

    def notes(self, report):
        return "\n".join(report["notes"])

    def test_a_shop_with_returns_and_nameless_buyers(self):
        """Ids as 17850.0, month first, price each, cancelled invoices, rows without a customer, and an
        invoice whose lines stand a minute apart."""
        rows = []
        for i in range(60):
            customer = ["17850.0", "13047.0", "", "12583.0"][i % 4]
            returned = i % 7 == 3
            for k in range(1 + i % 3):
                rows.append((("C" if returned else "") + str(536365 + i), f"P{k}",
                             -2 if returned else 3 + k,
                             f"{1 + i % 12}/{1 + i % 28}/2011 8:{26 + (k if i == 8 else 0)}",
                             ["2.55", "0.85", "0"][k], customer, "France"))
        path = self.write("online.csv", "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,"
                          "Country\n" + "".join(",".join(map(str, r)) + "\n" for r in rows))
        report = self.take(path)
        kept = [r for r in rows if r[5]]
        self.assertEqual(report["accepted"], len({r[0] for r in kept}) + len({r[5] for r in kept}))
        self.assertEqual(report["rejected"], 0)
        self.assertIn(f"{len(rows) - len(kept)} rows without a value in \"CustomerID\"",
                      self.notes(report))
        self.assertEqual(self.figures("revenue_all"), [sum(r[2] * D(r[4]) for r in kept)])
        listed = self.strata("-w", "w", "-o", "csv", "customer", "list").out
        self.assertIn("\n17850,", listed)
        self.assertNotIn("17850.0", listed)

    def test_a_german_report(self):
        """Title lines, Windows-1252, semicolons, decimal commas, a sum at the end."""
        amounts = [D(n) / 100 for n in range(99, 400_000, 7919)]
        text = "Umsatzbericht\r\nMandant: Müller\r\n\r\nBelegnummer;Kundennummer;Kundenname;Datum;Betrag\r\n"
        money = [f"{a:,.2f}".translate(str.maketrans(",.", ".,")) + " €" for a in amounts]
        for i, shown in enumerate(money):
            text += f"R{i:03};K{i % 5};Firma Ö{i % 5};{1 + i % 28:02}.03.2024;{shown}\r\n"
        report = self.take(self.write("umsatz.csv", text + f"Gesamt;;;;{money[0]}\r\n", "cp1252"))
        self.assertIn("WINDOWS-1252", self.notes(report))
        self.assertIn("line 4 names the columns", self.notes(report))
        self.assertIn("Gesamt", self.notes(report))
        self.assertEqual(self.figures("revenue", "orders_all"), [sum(amounts), len(amounts)])
        self.assertIn("K1,Firma Ö1", self.strata("-w", "w", "-o", "csv", "customer", "list").out)
        shown = json.loads(self.strata("-w", "w", "-o", "json", "workspace", "show").out)
        self.assertEqual(shown["workspace"]["currencyCode"], "EUR")

    def test_the_total_of_an_order_counts_once(self):
        """As Shopify exports: the order's values stand on its first line alone."""
        text = "Name,Email,Financial Status,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
        revenue = D(0)
        for i in range(40):
            for k in range(1 + i % 3):
                price, count = D(1000 + 37 * i + k) / 100, 1 + k
                revenue += price * count
                first = f"paid,{10_000 + i}.00" if k == 0 else ","
                text += (f"#{1001 + i},c{i % 9}@example.com,{first},2024-02-{1 + i % 28:02} 10:00:00 -0500,"
                         f"{count},Soap,{price}\n")
        report = self.take(self.write("orders_export.csv", text))
        self.assertEqual(self.figures("revenue", "orders"), [revenue, 40])
        self.assertIn('"Total" is the total of an order', self.notes(report))

    def test_customers_with_attributes(self):
        """A file of customers alone: numbers, truth values and texts become attributes."""
        rows = [f"{i:04}-A,{'Female' if i % 3 else 'Male'},{i % 2},{'Yes' if i % 4 else 'No'},"
                f"{D(1999 + i) / 100},{' ' if i == 5 else D(i * 31) / 10}" for i in range(50)]
        report = self.take(self.write(
            "churn.csv", "customerID,gender,SeniorCitizen,Partner,MonthlyCharges,TotalCharges\n" +
            "\n".join(rows)))
        self.assertEqual((report["accepted"], report["rejected"]), (50, 0))
        count = self.strata("-w", "w", "-o", "csv", "customer", "list", "--limit", "1000", "--filter",
                            "attribute:monthly_charges > 20.2 AND attribute:partner = true").out
        self.assertEqual(len(count.splitlines()) - 1,
                         sum(D(1999 + i) / 100 > D("20.2") and i % 4 > 0 for i in range(50)))

    def test_tables_of_one_shop_are_joined(self):
        """Orders, their lines and customers in a file each, NULL for nothing."""
        orders = self.write("orders.csv", "order_id,customer_id,order_status,order_purchase_timestamp\n" +
                            "".join(f"o{i},c{i % 6},delivered,2024-05-{1 + i % 28:02} 10:56:33\n"
                                    for i in range(30)) +
                            "o30,c1,delivered,2024-05-09 10:56:33\n")
        lines = self.write("items.csv", "order_id,product_id,price\n" + "".join(
            f"o{i},p{k},{i}.{k}9\n" for i in range(30) for k in range(1 + i % 2)))
        people = self.write("customers.csv", "customer_id,customer_city,industry\n" + "".join(
            f"c{i},Lyon,{'NULL' if i == 2 else 'Retail'}\n" for i in range(6)))
        report = self.take(orders, lines, people)
        self.assertEqual(report["accepted"], 36)
        self.assertIn("1 order of orders has no line in items and is left out", self.notes(report))
        self.assertEqual(self.figures("revenue", "orders", "customers"),
                         [sum(D(f"{i}.{k}9") for i in range(30) for k in range(1 + i % 2)), 30, 6])
        out = self.strata("-w", "w", "-o", "csv", "kpi", "query", "customers", "--by", "industry").out
        self.assertIn("Retail,5", out)
        self.assertNotIn("NULL", out)

    def test_payments_that_name_an_invoice_now_and_then(self):
        """As a payment provider exports: an id of each payment, an invoice of some, two tries for one
        invoice, and money given back in a column of its own."""
        text = "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Invoice ID\n"
        paid = D(0)
        for i in range(30):
            amount = D(1900 + 7 * i) / 100
            failed = i % 10 == 4  # the next payment is of the same invoice
            paid += 0 if failed else amount
            invoice = "" if i % 3 == 0 else f"in_{i + failed}"
            text += (f"ch_{i},2024-03-{1 + i % 28:02} 10:00:00,{amount},{'3.50' if i % 15 == 7 else '0.00'},"
                     f"usd,{'Failed' if failed else 'Paid'},cus_{i % 5},{invoice}\n")
        report = self.take(self.write("payments.csv", text))
        self.assertEqual(self.figures("revenue", "orders", "orders_all", "customers"), [paid, 27, 30, 5])
        self.assertIn('not taken off the amounts: "Amount Refunded" (2 rows)', self.notes(report))

    def test_receipts_that_name_nobody(self):
        """Refused with the option that goes on; two lines of a receipt stay one order."""
        path = self.write("market.csv", "Invoice ID,Branch,Total,Date,Time\n" + "".join(
            f"750-{i // 2},A,{i}.25,1/{13 + i // 2}/2019,13:0{i // 2}\n" for i in range(18)))
        shown = self.strata("-w", "w", "import", path, status=2)
        self.assertIn("--column 'customer=Invoice ID'", shown.err)
        self.take(path, "--column", "customer=Invoice ID")
        self.assertEqual(self.figures("revenue", "orders", "customers"),
                         [sum(D(f"{i}.25") for i in range(18)), 9, 9])

    def test_a_customer_beside_its_number_and_cancelled_in_german(self):
        path = self.write("rechnungen.csv", "Rechnungs-Nr.;Debitor;Kunde;Datum;Netto;Zahlungsstatus\n" + "".join(
            f"R{i};{100 + i % 4};Bäcker {i % 4};{1 + i}.03.2024;{i},50;{'storniert' if i % 5 == 1 else 'bezahlt'}\n"
            for i in range(20)))
        report = self.take(path)
        self.assertIn('"Zahlungsstatus": orders that are storniert count as revenue', self.notes(report))
        self.assertIn("101,Bäcker 1", self.strata("-w", "w", "-o", "csv", "customer", "list").out)
        command = re.search("workspace update --excluded-status '?([a-z,]+)", self.notes(report))
        self.strata("-w", "w", "workspace", "update", "--excluded-status", command.group(1))
        self.assertEqual(self.figures("revenue"), [sum(D(f"{i}.5") for i in range(20) if i % 5 != 1)])

    def test_numbers_that_all_differ_are_attributes_unless_they_count(self):
        """A balance says something of a customer, the number of the row does not."""
        rows = "".join(f"{i};{20 + i % 50};{37 * i * i - 900};{'yes' if i % 3 else 'no'}\n"
                       for i in range(1, 61))
        report = self.take(self.write("bank.csv", "row;age;balance;loan\n" + rows))
        self.assertIn("not imported: row", self.notes(report))
        out = self.strata("-w", "w", "-o", "csv", "customer", "list", "--limit", "1000", "--filter",
                          "attribute:balance > 5000").out
        self.assertEqual(len(out.splitlines()) - 1,
                         sum(37 * i * i - 900 > 5000 for i in range(1, 61)))

    def test_a_log_of_events_holds_purchases_among_others(self):
        kinds = ["view", "view", "cart", "purchase", "view"]
        text = "event_time,event_type,product_id,price,user_id\n" + "".join(
            f"2019-10-{1 + i % 28:02} 00:0{i % 10}:00 UTC,{kinds[i % 5]},{4400 + i % 3},{i}.20,{54 + i % 4}\n"
            for i in range(50))
        report = self.take(self.write("events.csv", text))
        self.assertIn('40 rows whose "event_type" is no purchase are left out', self.notes(report))
        self.assertEqual(self.figures("revenue", "orders"),
                         [sum(D(f"{i}.2") for i in range(3, 50, 5)), 10])

    def test_the_reports_of_a_marketplace(self):
        """In these the price of an item is that of its whole line; statuses begin with a prefix."""
        text = "amazon-order-id\tbuyer-email\tpurchase-date\torder-status\tsku\tquantity\titem-price\n"
        for i in range(20):
            text += (f"114-{7000 + i // 2}-1\tx{i // 2 % 3}@example.com\t2023-01-{1 + i // 2:02}T08:00:00+00:00\t"
                     f"{'wc-cancelled' if i // 2 == 4 else 'Shipped'}\tS{i % 2}\t{1 + i % 3}\t{i}.50\n")
        report = self.take(self.write("report.txt", text))
        self.assertEqual(self.figures("revenue_all", "orders_all"),
                         [sum(D(f"{i}.5") for i in range(20)), 10])
        self.assertIn("orders that are wc-cancelled count as revenue", self.notes(report))

    def test_a_deal_is_made_when_it_closes(self):
        report = self.take(self.write("deals.csv", "Created Date,Account Name,Stage,Amount,Close Date\n" +
                                      "".join(f"1/{13 + i}/2022,Acme {i % 3},Closed {'Lost' if i % 4 else 'Won'},"
                                              f"{i + 1}00,2/{13 + i}/2023\n" for i in range(12))))
        self.assertIn("orders that are closed lost count as revenue", self.notes(report))
        out = self.strata("-w", "w", "-o", "csv", "kpi", "query", "orders", "--by", "year").out
        self.assertNotIn("2022", out)
        self.assertIn("2023", out)

    def test_purchases_without_a_known_date_are_no_list_of_customers(self):
        path = self.write("t.csv", "t_dat,customer_id,article_id,price\n" + "".join(
            f"2018-09-{1 + i % 28:02},c{i % 5},0{663 + i},{i}.05\n" for i in range(30)))
        shown = self.strata("-w", "w", "import", path, status=2)
        self.assertIn("--column order_time=NAME. Dates are in: t_dat", shown.err)
        self.take(path, "--column", "order_time=t_dat")
        self.assertEqual(self.figures("revenue", "orders"), [sum(D(f"{i}.05") for i in range(30)), 30])

    def test_months_of_one_table_in_any_order_of_columns(self):
        january = self.write("jan.csv", "order id,customer,date,amount\n1,a,2024-01-05,10\n")
        february = self.write("feb.csv.gz", gzip.compress(
            b"amount,customer,order id,date\n20.5,b,2,2024-02-05\n"))
        self.take(january, february)
        self.assertEqual(self.figures("revenue", "orders"), [D("30.5"), 2])

    def test_day_and_month(self):
        """Told when no date tells them apart; the option decides."""
        path = self.write("d.csv", "order id,customer,date,amount\n1,a,03/04/2024,10\n2,b,05/04/2024,10\n")
        shown = self.strata("-w", "w", "import", path)
        self.assertIn("no date tells day from month", shown.err)
        self.assertIn("--date-order dmy", shown.err)
        self.assertIn("2024-03-04 to 2024-05-04", shown.out)
        shown = self.strata("-w", "w", "import", path, "--date-order", "dmy")
        self.assertIn("2024-04-03 to 2024-04-05", shown.out)
        path = self.write("e.csv", "order id,customer,date,amount\n1,a,03/04/2024,10\n2,b,25/04/2024,10\n")
        self.assertIn("2024-04-03 to 2024-04-25", self.strata("-w", "w", "import", path).out)

    def test_nothing_is_stored_without_yes_and_a_saved_mapping_gives_the_same(self):
        path = self.write("My Orders.csv", "Order No.,Client code,Name,Order date,Total (USD)\n" + "".join(
            f"{i},k{i % 4},Ann {i % 4},2024-03-{1 + i % 28:02},\"${1000 + i:,}.50\"\n" for i in range(20)))
        shown = self.strata("import", path, "--save", self.home / "m.sql")
        self.assertIn("Nothing is stored yet", shown.out)
        self.assertIn("-- record: order", shown.out)
        self.assertIn("my-orders (will be made, in USD, UTC)", shown.out)
        self.assertEqual(self.strata("-o", "csv", "workspace", "list").out.count("my-orders"), 0)
        first = json.loads(self.strata("-o", "json", "import", path, "--yes").out)
        self.assertEqual((first["workspace"], first["accepted"]), ("my-orders", 24))
        again = json.loads(self.strata("-o", "json", "import", "--sql", self.home / "m.sql", "--csv",
                                       f"My Orders={path}").out)
        self.assertEqual((again["accepted"], again["duplicate"]), (0, 24))

    def test_what_cannot_be_made_out_is_said(self):
        path = self.write("x.csv", "Branch,When bought,Total\nA,2024-01-01,5\nB,2024-01-02,6\n")
        shown = self.strata("-w", "w", "import", path, status=2)
        self.assertIn("Branch, When bought, Total", shown.err)
        report = self.take(path, "--column", "customer=Branch", "--column", "order_time=When bought")
        self.assertEqual(self.figures("revenue", "customers"), [11, 2])
        self.assertIn("each line is an order", self.notes(report))

    def test_excel(self):
        """Dates by number format in both epochs, rows by their number in the sheet, sheets by name."""
        when = datetime.datetime(2010, 12, 1, 8, 26)
        rows = [["order id", "customer", "date", "amount"],
                ["a", "u", when, 2.5499999999999998], [], ["b", "v", when, 1e-3], ["c", "v", None, 7]]
        for epoch_1904 in (False, True):
            book = self.write("b.xlsx", workbook({"Empty": [], "Orders": rows[:-1], "Other": rows[:1]},
                                                 epoch_1904))
            shown = self.strata("-w", "w", "import", book)
            self.assertIn("2010-12-01 08:26", shown.out)
            self.assertIn('sheet "Orders" is read, of "Empty", "Orders", "Other"', shown.err)
        self.take(book)
        self.assertEqual(self.figures("revenue"), [D("2.551")])
        shown = self.strata("-w", "w", "import", book, "--sheet", "Nope", status=2)
        self.assertIn('has no sheet "Nope", but "Empty", "Orders", "Other"', shown.err)
        self.write("m.sql", "-- record: order\nSELECT \"order id\" AS id, customer, date AS order_time, "
                   "amount, _file, _line FROM o ORDER BY id;")
        book = self.write("n.xlsx", workbook({"S": rows[:-1]}, references=False))
        shown = self.strata("-w", "w", "import", book)
        self.assertIn("2.55", shown.out)
        self.assertIn("2010-12-01 to 2010-12-01", shown.out)
        bad = self.write("c.xlsx", workbook({"S": rows}))
        shown = self.strata("-w", "w", "import", "--sql", self.home / "m.sql", "--csv", f"o={bad}", status=4)
        self.assertIn("c.xlsx:5: order c: order_time: is empty", shown.err)

    def test_the_published_revenue_of_the_sales_sample(self):
        """Straight from both public forms of the file; published: 10,032,628.85 and, without cancelled
        orders, 9,838,141.37."""
        if not SAMPLE.is_dir():
            self.skipTest(f"{SAMPLE} is not here")
        for name in ("sales_data_sample.csv", "variant_mmddyy.csv"):
            with self.subTest(name):
                self.strata("-w", name.split("_")[0], "import", SAMPLE / name, "--yes")
                out = self.strata("-w", name.split("_")[0], "-o", "csv", "kpi", "query",
                                  "revenue_all,revenue,orders_all,customers").out
                self.assertEqual(out.splitlines()[1], "10032628.85,9838141.37,307,92")


if __name__ == "__main__":
    mini_server.main()
