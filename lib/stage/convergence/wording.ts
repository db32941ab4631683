/** `96.5 MiB`. */
export function size(bytes: bigint | number): string {
    let value = Number(bytes);
    for (const unit of ["bytes", "KiB", "MiB", "GiB"]) {
        if (Math.abs(value) < 1024) {
            return `${unit === "bytes" ? value : value.toFixed(1)} ${unit}`;
        }
        value /= 1024;
    }
    return `${value.toFixed(1)} TiB`;
}

/** What a lost slot or source means, and what is left to do. */
export function whyLost(reason: string): string {
    return `replication is lost: ${reason}. Changes are missing on the target and can't be sent any more. To copy again: run pulumi destroy, TRUNCATE the tables on the target, and run pulumi up.`;
}

/** `2m 05s`. */
export function duration(milliseconds: number): string {
    const seconds = Math.round(milliseconds / 1000);
    const minutes = Math.floor(seconds / 60);
    const two = (value: number) => String(value).padStart(2, "0");
    if (minutes >= 60) {
        return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
    }
    return minutes > 0 ? `${minutes}m ${two(seconds % 60)}s` : `${seconds}s`;
}

/** Bytes a second over the last minute or so, from readings as they come. */
export class Rate {
    private readings: { at: number; bytes: bigint }[] = [];

    add(at: number, bytes: bigint): number | undefined {
        this.readings = [...this.readings.filter((reading) => at - reading.at <= 60_000), { at, bytes }];
        const first = this.readings[0];
        return first && at > first.at ? Number(bytes - first.bytes) / ((at - first.at) / 1000) : undefined;
    }
}
