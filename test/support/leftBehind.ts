import type { Result } from "./engine";
import type { Link } from "./following";
import { query } from "./postgres";
import { said } from "./said";

/** What there is to say of a migration's leftovers while its servers can't be reached. */
export interface Words {
    sourceRefused: string;
    sourceSilent: string;
    targetRefused: string;
    targetSilent: string;
    subscription(why: string): string;
    slot(why: string): string;
    publication(why: string): string;
}

export const waitsForSlot = "it is left in place until its slot can be removed too";

export const advice =
    "When both servers can be reached, run pulumi destroy again; or set forceDetach: true on the Migration, run pulumi up, and pulumi destroy will leave these behind.";

/** To be asked while the servers still answer. */
export async function wordsFor(link: Link, args: { source: string; target: string }): Promise<Words> {
    const { name } = link;
    const place = (url: string) => {
        const { username, host, pathname } = new URL(url);
        const where = `${username}@${host}${pathname}`;
        return {
            where,
            refused: `cannot connect to ${where}: nothing accepts connections at ${host}. Check the port, and that the server runs.`,
            silent: `cannot connect to ${where}: ${host} did not answer within 10 seconds. A firewall may drop the packets: allow this machine's address.`,
        };
    };
    const source = place(args.source);
    const target = place(args.target);
    const [found] = await query(
        link.target,
        "SELECT oid::text, system_identifier::text AS system FROM pg_subscription, pg_control_system() WHERE subname = $1",
        [name],
    );
    return {
        sourceRefused: source.refused,
        sourceSilent: source.silent,
        targetRefused: target.refused,
        targetSilent: target.silent,
        subscription: (why) => `subscription "${name}" on the target ${target.where} (${why}). To remove it there:
  ALTER SUBSCRIPTION "${name}" DISABLE;
  ALTER SUBSCRIPTION "${name}" SET (slot_name = NONE);
  COMMENT ON SUBSCRIPTION "${name}" IS NULL;
  DROP SUBSCRIPTION "${name}";`,
        slot: (
            why,
        ) => `replication slot "${name}" and slots of table copies on the source ${source.where} (${why}). To remove it there:
  SELECT pg_drop_replication_slot('${name}');
  SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name ~ '^pg_${found.oid}_sync_[0-9]+_${found.system}$';`,
        publication: (why) => `publication "${name}" on the source ${source.where} (${why}). To remove it there:
  DROP PUBLICATION "${name}";`,
    };
}

/** One message that lists what is left. */
export function leftBehind(...lines: string[]): string {
    return ["left behind:", ...lines].join("\n");
}

/** What a destroy says of leftovers, by all of the resources that may say it. */
export function printed(result: Result, migration: string): string[] {
    return ["subscription", "publication", "preflight"].flatMap((stage) => said(result, `${migration}-${stage}`));
}

/** Runs the SQL of such messages, as it stands there, on the side it is for. */
export async function runPrinted(messages: string[], link: Link): Promise<void> {
    let url = "";
    for (const line of messages.join("\n").split("\n")) {
        const [, side] = / on the (source|target) .* To remove it there:$/.exec(line) ?? [];
        if (side === "source" || side === "target") url = link[side];
        else if (line.startsWith("  ")) await query(url, line);
    }
}
