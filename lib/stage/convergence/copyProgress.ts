import type { Session } from "../../postgres/client";
import { formatTableName } from "../../postgres/identifier";
import type { Sample } from "./sample";
import { copiesUnderWay, tableSizes } from "./sql";
import { duration, size } from "./wording";

/** How far the copy is. Bytes are those of the source's tables, and an estimate while a table is under way. */
export interface CopyProgress {
    tablesReady: number;
    tablesTotal: number;
    bytesCopied: bigint;
    bytesTotal: bigint;
}

/** Bytes of each published table on the source, by canonical name: the only known measure of the whole. */
export async function tableBytes(source: Session, publication: string): Promise<Map<string, bigint>> {
    return bytesByTable(await source.query<{ table: string; bytes: string }>(tableSizes, [publication]));
}

export async function measureCopy(target: Session, sample: Sample, bytes: Map<string, bigint>): Promise<CopyProgress> {
    const tables = sample.subscription?.tables ?? [];
    const underWay = tables.some(({ state }) => state === "d")
        ? bytesByTable(await target.query<{ table: string; bytes: string }>(copiesUnderWay))
        : new Map<string, bigint>();
    return progressOf(tables, bytes, underWay);
}

export function progressOf(
    tables: { table: string; state: string }[],
    bytes: Map<string, bigint>,
    underWay: Map<string, bigint>,
): CopyProgress {
    let bytesCopied = 0n;
    for (const { table, state } of tables) {
        const whole = bytes.get(table) ?? 0n;
        // The text that COPY sends may be longer than the table is on disk.
        const part = underWay.get(table) ?? 0n;
        bytesCopied += state === "i" ? 0n : state === "d" ? (part < whole ? part : whole) : whole;
    }
    return {
        tablesReady: tables.filter(({ state }) => state === "r").length,
        tablesTotal: tables.length,
        bytesCopied,
        bytesTotal: [...bytes.values()].reduce((sum, size) => sum + size, 0n),
    };
}

/** `copying 7/21 tables, 96.5 MiB of 1.2 GiB (8%), 12.0 MiB/s, about 2m 05s left`. */
export function copyStatus(copied: CopyProgress, bytesPerSecond: number | undefined): string {
    const { tablesReady, tablesTotal, bytesCopied, bytesTotal } = copied;
    const percent = bytesTotal > 0n ? ` (${(bytesCopied * 100n) / bytesTotal}%)` : "";
    const left = bytesPerSecond ? (Number(bytesTotal - bytesCopied) / bytesPerSecond) * 1000 : undefined;
    const speed = left !== undefined ? `, ${size(bytesPerSecond ?? 0)}/s, about ${duration(left)} left` : "";
    return `copying ${tablesReady}/${tablesTotal} tables, ${size(bytesCopied)} of ${size(bytesTotal)}${percent}${speed}`;
}

function bytesByTable(rows: { table: string; bytes: string }[]): Map<string, bigint> {
    return new Map(
        rows.map(({ table, bytes }) => {
            const [schema = "", name = ""] = JSON.parse(table) as string[];
            return [formatTableName({ schema, name }), BigInt(bytes)];
        }),
    );
}
