// Pulumi's own download of the engine.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { archiveName, checksumOf, engineVersion } from "./version.mjs";

const connectSeconds = 10;
const stallSeconds = 30;

/**
 * @param {string} bin folder that receives the engine
 * @param {(line: string) => void} say
 */
export async function download(bin, say) {
    const archive = archiveName(process.platform, process.arch);
    if (!archive) throw new Error(`Pulumi publishes no archive for ${process.platform} on ${process.arch}`);
    say(`Downloading ${archive} from Pulumi`);
    const bytes = await get(`https://get.pulumi.com/releases/sdk/${archive}`, say);
    await verify(archive, bytes, say);

    mkdirSync(bin, { recursive: true });
    // On the same file system as `bin`, so that the last step is a rename.
    const scratch = mkdtempSync(join(dirname(bin), "download-"));
    try {
        writeFileSync(join(scratch, archive), bytes);
        const tar = spawnSync("tar", ["-xzf", archive], { cwd: scratch, encoding: "utf8" });
        if (tar.status !== 0)
            throw new Error(`tar could not unpack ${archive}: ${tar.error?.message ?? tar.stderr.trim()}`);
        for (const file of readdirSync(join(scratch, "pulumi"))) {
            chmodSync(join(scratch, "pulumi", file), 0o755);
            renameSync(join(scratch, "pulumi", file), join(bin, file));
        }
    } finally {
        rmSync(scratch, { recursive: true, force: true });
    }
}

/**
 * @param {string} archive
 * @param {Buffer} bytes
 * @param {(line: string) => void} say
 */
async function verify(archive, bytes, say) {
    let published;
    try {
        const url = `https://github.com/pulumi/pulumi/releases/download/v${engineVersion}/pulumi-${engineVersion}-checksums.txt`;
        published = checksumOf((await get(url)).toString("utf8"), archive);
    } catch (error) {
        say(`Its published checksum could not be had (${reason(error)}), so only the TLS connection vouches for it`);
        return;
    }
    const found = createHash("sha256").update(bytes).digest("hex");
    if (!published) say(`The published checksums do not list ${archive}, so only the TLS connection vouches for it`);
    else if (published !== found) throw new Error(`${archive} has SHA-256 ${found}, published is ${published}`);
}

/**
 * @param {string} url
 * @param {(line: string) => void} [say]
 */
async function get(url, say) {
    const controller = new AbortController();
    let timer = setTimeout(() => controller.abort(new Error("no answer in time")), connectSeconds * 1000);
    try {
        const response = await fetch(url, { signal: controller.signal });
        if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
        const chunks = [];
        let received = 0;
        let told = Date.now();
        for await (const chunk of response.body) {
            clearTimeout(timer);
            timer = setTimeout(() => controller.abort(new Error("the download stalled")), stallSeconds * 1000);
            chunks.push(chunk);
            received += chunk.length;
            if (Date.now() - told > 15_000) {
                say?.(`  ${Math.round(received / 1e6)} MB`);
                told = Date.now();
            }
        }
        return Buffer.concat(chunks);
    } catch (error) {
        throw new Error(`${new URL(url).host}: ${reason(error)}`);
    } finally {
        clearTimeout(timer);
    }
}

/** `fetch` says only "fetch failed"; what happened is in the cause. */
function reason(/** @type {any} */ error) {
    return error?.cause?.message ?? error?.message ?? String(error);
}
