/** A position in the write-ahead log as Postgres prints it: two hexadecimal halves, `16/B374D848`. */
export type Lsn = string;

const shape = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;

/** The 64-bit position. A JavaScript number cannot hold it, hence bigint. */
export function lsnToBigInt(lsn: Lsn): bigint {
    const halves = shape.exec(lsn);
    if (!halves) {
        throw new Error(`"${lsn}" is not an LSN; Postgres prints them like 16/B374D848.`);
    }
    return (BigInt(`0x${halves[1]}`) << 32n) | BigInt(`0x${halves[2]}`);
}

/** Bytes from `behind` to `ahead`; negative when `behind` is really ahead. */
export function lsnDistance(behind: Lsn, ahead: Lsn): bigint {
    return lsnToBigInt(ahead) - lsnToBigInt(behind);
}

/** True when `lsn` is known and has reached `barrier`. An unknown position never has. */
export function hasReached(lsn: Lsn | null | undefined, barrier: Lsn): boolean {
    return lsn != null && lsnDistance(barrier, lsn) >= 0n;
}
