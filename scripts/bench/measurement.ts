import { column, execute } from "./connection";
import { compare } from "./likeness";
import type { Servers } from "./servers";
import { storeDatabase } from "./store";
import { startWriter } from "./writer";

export interface Measured<T> {
    seconds: number;
    result: T;
}

/** Measures one way on an empty target while customers write, proves that it brought everything, and clears up behind it. */
export async function measure<T>(
    { source, target }: Servers,
    way: (sourceUrl: string, targetUrl: string) => Promise<T>,
): Promise<Measured<T>> {
    const sourceUrl = source.url(storeDatabase);
    const targetUrl = target.url(storeDatabase);
    await execute(target.url(), `create database ${storeDatabase}`, "checkpoint");
    await execute(source.url(), "checkpoint");
    const writer = startWriter(sourceUrl);
    const start = performance.now();
    let seconds: number;
    let result: T;
    try {
        result = await way(sourceUrl, targetUrl);
        seconds = (performance.now() - start) / 1000;
    } finally {
        await writer.stop();
    }
    await compare(sourceUrl, targetUrl);
    await clearUp(sourceUrl, targetUrl, target.url());
    return { seconds, result };
}

async function clearUp(sourceUrl: string, targetUrl: string, targetServerUrl: string): Promise<void> {
    for (const subscription of await column(targetUrl, "select quote_ident(subname) from pg_subscription")) {
        // Takes its slot on the source along.
        await execute(targetUrl, `drop subscription ${subscription}`);
    }
    for (const publication of await column(sourceUrl, "select quote_ident(pubname) from pg_publication")) {
        await execute(sourceUrl, `drop publication ${publication}`);
    }
    await execute(targetServerUrl, `drop database ${storeDatabase} with (force)`);
}
