import { readdirSync, readFileSync } from "node:fs";

/** Collects the argument lists of all processes of the machine, over and over, until it is stopped. */
export function watchArguments(): { seen: ReadonlySet<string>; stop(): void } {
    const seen = new Set<string>();
    const look = () => {
        for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
            try {
                seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
            } catch {
                // It has ended meanwhile.
            }
        }
    };
    look();
    const timer = setInterval(look, 50);
    return { seen, stop: () => clearInterval(timer) };
}
