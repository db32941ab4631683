import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A password as it may look in a URL, in JSON, in a connection string, in SQL and in both of the last. */
export function formsOf(password: string): string[] {
    const json = (text: string) => JSON.stringify(text).slice(1, -1);
    const conninfo = password.replace(/[\\']/g, "\\$&");
    const literal = (text: string) => text.replaceAll("'", "''");
    const forms = [password, encodeURIComponent(password), encodeURI(password), conninfo, literal(password)];
    forms.push(literal(conninfo), literal(conninfo).replaceAll("\\", "\\\\"));
    return [...new Set([...forms, ...forms.map(json)])];
}

/** Which of these texts holds a password in any form, by its name. */
export function leaks(texts: Map<string, string>, passwords: string[]): string[] {
    const forms = passwords.flatMap(formsOf);
    return [...texts].filter(([, text]) => forms.some((form) => text.includes(form))).map(([name]) => name);
}

/** Every file below a folder, links not followed. */
export function filesBelow(folder: string): Map<string, string> {
    const files = new Map<string, string>();
    for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        const status = lstatSync(path);
        if (status.isDirectory()) {
            for (const [inner, text] of filesBelow(path)) files.set(inner, text);
        } else if (status.isFile()) {
            files.set(path, readFileSync(path, "utf8"));
        }
    }
    return files;
}
