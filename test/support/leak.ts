import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Which of these texts holds a part of a password, by its name. Whatever a password is written in (a URL, JSON, SQL, a
 * connection string), its letters stay as they are: so its words are searched for, and must be found nowhere else.
 */
export function leaks(texts: Map<string, string>, passwords: string[]): string[] {
    const words = passwords.flatMap((password) => password.toLowerCase().match(/[a-z]{5,}/g) ?? []);
    return [...texts]
        .filter(([, text]) => {
            const lower = text.toLowerCase();
            return words.some((word) => lower.includes(word));
        })
        .map(([name]) => name);
}

/** Every file below a folder, by its path; links are not followed. `since` leaves out those that were there before. */
export function filesBelow(folder: string, since = 0): Map<string, string> {
    const files = new Map<string, string>();
    for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        const status = lstatSync(path, { throwIfNoEntry: false });
        if (status?.isDirectory()) {
            for (const [inner, text] of filesBelow(path, since)) files.set(inner, text);
        } else if (status?.isFile() && status.mtimeMs >= since) {
            files.set(path, readFileSync(path, "latin1"));
        }
    }
    return files;
}
