import type { Result } from "./engine";

/** What an operation says in the end about one resource, each message as it was written. */
export function said({ output }: Result, resource: string): string[] {
    const end = output.slice(output.lastIndexOf("\nDiagnostics:\n") + 1);
    const [, block = ""] = end.split(` (${resource}):\n`);
    const messages: string[] = [];
    for (const line of block.split("\n")) {
        if (!line.startsWith("    ") && line.trim() !== "") break;
        const [, message] = /^ {4}(?:error|warning): (.*)$/.exec(line) ?? [];
        if (message !== undefined) messages.push(message);
        else if (messages.length > 0) messages.push(`${messages.pop()}\n${line.slice(4)}`);
    }
    // A failure after something was made comes as a list of one.
    return messages.map((message) => message.replace(/^1 error occurred:\n\t\* /, "").trimEnd());
}
