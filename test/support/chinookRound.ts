import type { Transaction } from "./sampleWriter";

const nextInvoice = `(SELECT max("InvoiceId") + 1 FROM "Invoice")`;
const lastInvoice = `(SELECT max("InvoiceId") FROM "Invoice")`;

/** What a day in chinook's shop brings; every name needs its quotes. */
export function chinookRound(round: number): Transaction[] {
    const track = 1 + (round % 3503);
    return [
        [
            `INSERT INTO "Invoice" ("InvoiceId", "CustomerId", "InvoiceDate", "BillingCity", "Total")
             VALUES (${nextInvoice}, ${1 + (round % 59)}, clock_timestamp(), 'Łódź "Ω"', 1.98)`,
            `INSERT INTO "InvoiceLine" ("InvoiceLineId", "InvoiceId", "TrackId", "UnitPrice", "Quantity")
             SELECT max("InvoiceLineId") + 1, ${lastInvoice}, ${track}, 0.99, 2 FROM "InvoiceLine"`,
        ],
        [`UPDATE "Invoice" SET "Total" = "Total" + 0.01 WHERE "InvoiceId" = ${1 + (round % 412)}`],
        [`UPDATE "Track" SET "Composer" = NULL, "Bytes" = 2147483647 - ${round} WHERE "TrackId" % 7 = ${round % 7}`],
        [`UPDATE "Customer" SET "Company" = '', "Fax" = E'\\\\N' WHERE "CustomerId" = ${1 + (round % 59)}`],
        // A key of two columns.
        [
            `UPDATE "PlaylistTrack" SET "TrackId" = 3504 - "TrackId" WHERE "PlaylistId" = 18 AND "TrackId" IN
             (SELECT "TrackId" FROM "PlaylistTrack" WHERE "PlaylistId" = 18 LIMIT 1)`,
            `DELETE FROM "PlaylistTrack" WHERE "PlaylistId" = 1 AND "TrackId" =
             (SELECT min("TrackId") FROM "PlaylistTrack" WHERE "PlaylistId" = 1)`,
            `INSERT INTO "PlaylistTrack" ("PlaylistId", "TrackId") VALUES (2, ${track})`,
            `DELETE FROM "PlaylistTrack" WHERE "PlaylistId" = 2`,
        ],
        ...(round % 3 === 2
            ? [
                  [
                      `DELETE FROM "InvoiceLine" WHERE "InvoiceId" = ${lastInvoice}`,
                      `DELETE FROM "Invoice" WHERE "InvoiceId" = ${lastInvoice}`,
                  ],
              ]
            : []),
        [
            `INSERT INTO "Genre" ("GenreId", "Name") VALUES (1000, NULL)`,
            `UPDATE "Genre" SET "GenreId" = 1001 WHERE "GenreId" = 1000`,
        ],
        [`DELETE FROM "Genre" WHERE "GenreId" = 1001`],
        ...(round % 10 === 5
            ? [
                  [
                      `CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM "PlaylistTrack"`,
                      `TRUNCATE "PlaylistTrack"`,
                      `INSERT INTO "PlaylistTrack" SELECT * FROM kept`,
                  ],
                  [`DELETE FROM "InvoiceLine"`, `UPDATE "Track" SET "UnitPrice" = 0`, "ROLLBACK"],
              ]
            : []),
    ];
}
