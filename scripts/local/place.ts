import { resolve } from "node:path";

export const projectRoot = resolve(__dirname, "../..");

/** Everything `npm run local` keeps between two runs, but for the servers' data. */
export const localFolder = resolve(projectRoot, ".local");

export function inLocalFolder(name: string): string {
    return resolve(localFolder, name);
}
