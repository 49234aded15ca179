#include "client/cli/import/propose/column_roles.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace strata::imports {
namespace {

struct RoleNames {
  Role role;
  absl::string_view name;
  // Squeezed header keys, a comma between two, the most certain first.
  absl::string_view headers;
};

// English first; then German, French, Spanish, Italian, Dutch, Portuguese where they are usual.
constexpr RoleNames kRoles[] = {
    {Role::kOrderId, "order_id",
     "orderid,ordernumber,orderno,ordernum,ordernr,salesordernumber,salesorderid,purchaseorder,"
     "invoiceno,invoiceid,invoicenumber,invoice,transactionid,transactionno,transactionnumber,"
     "receiptid,receiptno,receiptnumber,billno,billnumber,saleid,salesid,purchaseid,paymentid,"
     "dealid,basketid,cartid,order,transaction,receipt,documentno,"
     "bestellnummer,bestellnr,auftragsnummer,auftragsnr,rechnungsnummer,rechnungsnr,belegnummer,"
     "numerocommande,numcommande,numerofacture,idpedido,numeropedido,pedido,factura,"
     "numeroordine,bestelnummer,ordernaam,amazonorderid"},
    {Role::kCustomerId, "customer",
     "customeruniqueid,customerid,customernumber,customerno,customernum,customernr,customercode,"
     "customerkey,customerref,custid,clientid,clientnumber,clientno,clientcode,userid,memberid,"
     "membernumber,membershipid,accountid,accountnumber,accountno,buyerid,shopperid,subscriberid,"
     "contactid,companyid,householdid,householdkey,personid,patientid,userkey,clientnum,visitorid,"
     "customer,client,buyer,account,user,kundennummer,kundennr,kundenid,debitorennummer,"
     "debitorennr,debitor,kunde,"
     "idclient,numclient,numeroclient,idcliente,codcliente,cliente,klantnummer,klantnr,klant,"
     "associatedcompany,associatedcontact,company,companyname,accountname,customername,clientname"},
    {Role::kTime, "order_time",
     "orderdate,orderdatetime,ordertime,orderedat,orderpurchasetimestamp,purchasetimestamp,"
     "invoicedate,transactiondate,transactiontime,transactiondatetime,purchasedate,saledate,"
     "salesdate,salesdatetime,dateofpurchase,dateoforder,dateofsale,eventtime,createdat,created,"
     "createdon,createdutc,createddate,datecreated,createdate,createdtime,date,datetime,"
     "timestamp,closedate,paymentdate,paidat,postingdate,bookingdate,day,time,"
     "bestelldatum,auftragsdatum,rechnungsdatum,kaufdatum,datum,belegdatum,"
     "datecommande,datedecommande,datefacture,fecha,fechapedido,fechafactura,data,dataordine,"
     "orderdatum,factuurdatum,datapedido"},
    {Role::kTimeOfDay, "time_of_day", "time,hour,uhrzeit,heure,hora,ora,tijd"},
    {Role::kAmount, "amount",
     "sales,linetotal,lineamount,totalamount,totalprice,totalsales,salesamount,amount,netamount,"
     "extendedprice,revenue,totalrevenue,ordertotal,orderamount,ordervalue,total,gross,grandtotal,"
     "purchaseamount,transactionamount,amountpaid,paymentvalue,subtotal,net,netsales,grosssales,"
     "totalspent,spend,spent,salesvalue,turnover,amt,value,purchase,"
     "umsatz,betrag,gesamtbetrag,gesamtpreis,nettobetrag,rechnungsbetrag,netto,brutto,summe,"
     "montant,montanttotal,importe,"
     "ventas,importo,totale,bedrag,omzet,valor,valortotal"},
    {Role::kUnitPrice, "unit_price",
     "unitprice,priceperunit,unitpriceusd,priceeach,itemprice,lineitemprice,sellingprice,"
     "saleprice,retailprice,price,listprice,einzelpreis,stueckpreis,stückpreis,preis,prixunitaire,"
     "prix,preciounitario,precio,prezzo,prijs,preco,preço"},
    {Role::kQuantity, "quantity",
     "quantity,quantityordered,orderquantity,qty,orderqty,quantitysold,unitssold,units,"
     "lineitemquantity,itemquantity,itemqty,numberofitems,numitems,quantitypurchased,pieces,pcs,"
     "menge,anzahl,stück,stueck,quantité,quantite,cantidad,quantità,quantita,aantal,quantidade"},
    {Role::kDiscount, "discount", "discount,discountrate,discountpercent,unitpricediscount,rabatt"},
    {Role::kCost, "cost",
     "totalcost,cost,cogs,costofgoodssold,totalproductcost,productcost,kosten,coût,cout,costo"},
    {Role::kUnitCost, "unit_cost", "unitcost,costperunit,costprice,costeach,einkaufspreis"},
    {Role::kProfit, "profit",
     "profit,totalprofit,grossprofit,grossincome,netprofit,gewinn,orderprofitperorder"},
    {Role::kStatus, "status",
     "orderstatus,status,financialstatus,paymentstatus,transactionstatus,dealstage,stage,"
     "orderstate,bestellstatus,zahlungsstatus,statut,estado,stato"},
    {Role::kProduct, "product",
     "productname,product,itemname,lineitemname,item,productdescription,itemdescription,"
     "description,producttitle,stockcode,sku,productcode,productid,productkey,itemid,itemcode,"
     "lineitemsku,itemtitle,articlename,article,articleid,asin,artikel,artikelname,"
     "artikelbezeichnung,"
     "produit,producto,prodotto,produto"},
    {Role::kProductLine, "product_line",
     "productline,productcategory,category,categoryname,productcategoryname,productfamily,"
     "itemtype,producttype,department,subcategory,productsubcategory,productgroup,"
     "warengruppe,produktgruppe,kategorie,catégorie,categorie,categoría,categoria"},
    {Role::kChannel, "channel",
     "channel,saleschannel,orderchannel,salechannel,marketplace,platform,kanal,vertriebskanal,"
     "canal,canale"},
    {Role::kShippedTime, "shipped_time",
     "shipdate,shippeddate,shippingdate,shippedat,fulfilledat,dispatchdate,orderdelivered"
     "carrierdate,dateshipped,versanddatum,shipmentdate,shippingdatedateorders"},
    {Role::kDeliveredTime, "delivered_time",
     "deliverydate,delivereddate,deliveredat,orderdeliveredcustomerdate,actualdeliverydate,"
     "datedelivered,lieferdatum"},
    {Role::kPromisedTime, "promised_time",
     "requireddate,orderestimateddeliverydate,estimateddeliverydate,expecteddeliverydate,"
     "promiseddate,promiseddeliverydate,duedate"},
    {Role::kCurrency, "currency",
     "currency,currencycode,isocurrency,transactioncurrency,währung,waehrung,devise,moneda,"
     "valuta"},
    {Role::kDisplayName, "display_name",
     "customername,clientname,customerfullname,fullname,displayname,accountname,companyname,"
     "company,name,contactname,billingname,customerdescription,organization,organisation,"
     "firma,firmenname,kundenname,nom,nomclient,nombre,ragionesociale,bedrijf"},
    {Role::kFirstName, "first_name",
     "firstname,givenname,forename,customerfname,billingfirstname,vorname,prénom,prenom"},
    {Role::kLastName, "last_name",
     "lastname,surname,familyname,customerlname,billinglastname,nachname,apellido,cognome"},
    {Role::kEmail, "email",
     "email,emailaddress,customeremail,customeremailaddress,billingemail,fromemailaddress,mail,"
     "useremail,contactemail,emailadresse,courriel,correo"},
    {Role::kBirthDate, "birth_date",
     "birthdate,dateofbirth,dob,birthday,geburtsdatum,datenaissance,fechanacimiento"},
    {Role::kGender, "gender",
     "gender,customergender,sex,geschlecht,sexe,genre,sexo,genero,género,sesso,geslacht"},
    {Role::kChildren, "children",
     "children,totalchildren,numberofchildren,numberchildren,numchildren,childrencount,kinder"},
    {Role::kCountry, "country",
     "country,countryregion,countryname,customercountry,billingcountry,billingcountryname,"
     "countrycode,shippingcountry,shipcountry,countryregionname,nation,land,pays,país,pais,paese"},
    {Role::kRegion, "region",
     "region,customerregion,state,stateprovince,province,customerstate,territory,billingstate,"
     "billingprovince,billingprovincename,statename,provincename,geography,shipregion,"
     "shippingstate,shippingprovince,shipstate,bundesland,provincia,regione"},
    {Role::kCity, "city",
     "city,customercity,billingcity,town,cityname,shippingcity,shipcity,stadt,ort,ville,ciudad,"
     "città,citta,stad,cidade"},
    {Role::kIndustry, "industry", "industry,sector,industryname,vertical,branche,secteur"},
    {Role::kAccountOwner, "account_owner",
     "accountowner,accountmanager,owner,salesrep,salesrepresentative,salesperson,salesagent,"
     "contactowner,companyowner,dealowner,kundenbetreuer,betreuer"},
    {Role::kStrategic, "strategic", "strategic,keyaccount,isstrategic,iskeyaccount"},
    {Role::kCreatedTime, "created_time",
     "signupdate,registrationdate,registeredat,registered,customersince,joindate,joined,joineddate,"
     "createddate,createdat,createdate,datecreated,accountcreated,enrollmentdate,dateregistered,"
     "subscriptiondate,dtcustomer,datefirstpurchase,firstseen,kundeseit"},
    {Role::kTicketId, "ticket_id",
     "ticketid,ticketnumber,ticketno,ticket,caseid,casenumber,caseno,incidentnumber,incidentid,"
     "number,issuekey,requestid"},
    {Role::kFirstResponseTime, "first_response_time",
     "firstresponsetime,firstrespondedat,firstresponseat,firstreplyat,firstresponsedate"},
    {Role::kResolvedTime, "resolved_time",
     "resolvedat,resolvedtime,resolveddate,resolutiondate,solvedat,closedat,closeddate,closedtime,"
     "dateclosed,resolved,closed,timetoresolution,closedate"},
    {Role::kPriority, "priority", "priority,ticketpriority,severity,urgency,priorität,prioritaet"},
    {Role::kCategory, "category",
     "category,tickettype,ticketcategory,issuetype,type,ticketsubject,topic,casereason,kategorie"},
    {Role::kCsat, "csat",
     "csat,csatscore,customersatisfactionrating,satisfactionrating,satisfactionscore,satisfaction"},
    {Role::kContractId, "contract_id",
     "contractid,contractnumber,contractno,contract,subscriptionid,agreementid,vertragsnummer"},
    {Role::kStartDate, "start_date",
     "startdate,contractstart,contractstartdate,subscriptionstart,subscriptionstartdate,begindate,"
     "validfrom,effectivedate,start,vertragsbeginn,beginn"},
    {Role::kEndDate, "end_date",
     "enddate,contractend,contractenddate,subscriptionend,subscriptionenddate,expirydate,"
     "expirationdate,renewaldate,validto,end,vertragsende,ende"},
    {Role::kAnnualValue, "annual_value",
     "annualvalue,annualcontractvalue,acv,arr,annualamount,yearlyvalue,annualfee,jahreswert"},
    {Role::kMonthlyValue, "monthly_value",
     "mrr,monthlyvalue,monthlyfee,monthlyamount,monthlyrecurringrevenue,monthlyprice"},
    {Role::kAutoRenew, "auto_renew", "autorenew,autorenewal,renewsautomatically"},
    {Role::kNps, "nps", "nps,npsscore,netpromoterscore,likelihoodtorecommend,howlikely"},
    {Role::kSurveyId, "survey_id", "surveyid,responseid,respondentid,reviewid"},
};

// Words that a header may begin with without being something else.
constexpr absl::string_view kBuyerWords[] = {
    "billing", "shipping", "ship", "customer", "client",      "buyer",    "user", "order",
    "invoice", "purchase", "sale", "sales",    "transaction", "lineitem", "line", "account"};

const RoleNames& EntryOf(Role role) {
  return *std::find_if(std::begin(kRoles), std::end(kRoles),
                       [&](const RoleNames& entry) { return entry.role == role; });
}

std::string Squeezed(absl::string_view key) {
  std::string squeezed(key);
  squeezed.erase(std::remove(squeezed.begin(), squeezed.end(), ' '), squeezed.end());
  return squeezed;
}

}  // namespace

std::string HeaderKey(absl::string_view name) {
  std::string key;
  int depth = 0;
  bool gap = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '(' || c == '[') ++depth;
    if (depth == 0 && (byte >= 0x80 || absl::ascii_isalnum(byte))) {
      if (gap && !key.empty()) key.push_back(' ');
      gap = false;
      key.push_back(absl::ascii_tolower(byte));
    } else {
      gap = true;
    }
    if ((c == ')' || c == ']') && depth > 0) --depth;
  }
  return key;
}

int NameScore(absl::string_view header, Role role) {
  const std::string key = HeaderKey(header);
  if (key.empty()) return 0;
  const std::string whole = Squeezed(key);
  // "Billing Country": what the rest of the words name, of the one who buys.
  std::string last;
  const size_t blank = key.find(' ');
  const absl::string_view first = absl::string_view(key).substr(0, blank);
  if (blank != std::string::npos &&
      std::find(std::begin(kBuyerWords), std::end(kBuyerWords), first) != std::end(kBuyerWords)) {
    last = Squeezed(absl::string_view(key).substr(blank + 1));
  }
  int score = 1000, best = 0;
  for (const absl::string_view known : absl::StrSplit(EntryOf(role).headers, ',')) {
    if (whole == known) return score;
    if (last == known && best == 0) best = score - 500;
    --score;
  }
  return best;
}

absl::string_view NameOfRole(Role role) { return EntryOf(role).name; }

std::vector<Role> AllRoles() {
  std::vector<Role> roles;
  for (const RoleNames& entry : kRoles) roles.push_back(entry.role);
  return roles;
}

}  // namespace strata::imports
