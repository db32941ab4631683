import { query } from "./postgres";

/** What a migration puts into a database beside the user's data, and what `destroy` must take away. */
export interface Remains {
    publications: string[];
    subscriptions: string[];
    /** Those of table copies included, whoever made them. */
    slots: string[];
    origins: string[];
    /** Comments by which the library marks its objects, with what they are on. */
    comments: string[];
}

/** What a side has when nothing is left. */
export const nothing: Remains = { publications: [], subscriptions: [], slots: [], origins: [], comments: [] };

const lists: Record<keyof Remains, string> = {
    publications: "SELECT pubname FROM pg_publication",
    subscriptions: `
        SELECT subname FROM pg_subscription JOIN pg_database ON pg_database.oid = subdbid
        WHERE datname = current_database()`,
    slots: `
        SELECT slot_name FROM pg_replication_slots
        WHERE database IS NULL OR database = current_database()`,
    // An origin names its subscription by number, and no database: what belongs to nobody any more is left over, too.
    origins: `
        SELECT roname FROM pg_replication_origin
        WHERE NOT EXISTS (SELECT FROM pg_subscription JOIN pg_database ON pg_database.oid = subdbid
                          WHERE datname <> current_database() AND roname ~ ('^pg_' || pg_subscription.oid || '(_|$)'))`,
    comments: `
        SELECT format('%s: %s', coalesce(pg_describe_object(classoid, objoid, objsubid), 'an object that is gone'),
                      description) FROM pg_description
        WHERE description ~* 'pulumi'
        UNION ALL
        SELECT format('%s: %s', pg_describe_object(classoid, objoid, 0), description) FROM pg_shdescription
        WHERE description ~* 'pulumi'`,
};

/** All replication objects in the two databases; of what other databases of the two servers have, nothing. */
export async function remains(sourceUrl: string, targetUrl: string): Promise<{ source: Remains; target: Remains }> {
    const [source, target] = await Promise.all([remainsOf(sourceUrl), remainsOf(targetUrl)]);
    return { source, target };
}

async function remainsOf(url: string): Promise<Remains> {
    const found: Remains = { ...nothing };
    for (const [list, sql] of Object.entries(lists)) {
        const rows = await query<{ name: string }>(url, `SELECT name::text FROM (${sql}) AS names(name) ORDER BY 1`);
        found[list as keyof Remains] = rows.map(({ name }) => name);
    }
    return found;
}
