import type { Facts } from "./catalog";
import type { Entry } from "./contents";
import type { Present } from "./presence";

/** What the target lacks: what must be there before the copy, and what is faster to make after it. */
export interface Missing {
    before: Entry[];
    after: Entry[];
}

/** Compares what is wanted with what is there. Both lists are in the order in which they can be made. */
export function findMissing(wanted: Entry[], facts: Facts, present: Present): Missing {
    const byId = new Map(wanted.map((entry) => [entry.id, entry]));
    const byOid = new Map(
        wanted.filter((entry) => facts.get(entry.id)?.relation).map((entry) => [entry.oid, entry.id]),
    );
    const about = (entry: Entry) => entry.dependencies.flatMap((id) => byId.get(id) ?? []);

    const isAbsent = (entry: Entry): boolean => {
        const fact = facts.get(entry.id);
        if (!fact) {
            return false;
        }
        // The placeholder of a view has such a rule too, so only the view itself tells.
        const shown = fact.viewRule && fact.owner ? byOid.get(fact.owner.oid) : entry.id;
        return shown !== undefined && !present.has(shown);
    };
    const objects = new Set(wanted.filter((entry) => entry.catalog !== 0 && isAbsent(entry)).map((entry) => entry.id));
    const needed = new Set(wanted.filter((entry) => objects.has(entry.id)).flatMap((entry) => entry.dependencies));

    const isMissing = (entry: Entry): boolean => {
        if (entry.catalog !== 0) {
            return objects.has(entry.id);
        }
        const ofNew = entry.dependencies.some((id) => objects.has(id));
        const subject = subjectOf(entry, about(entry));
        const there = subject && present.get(subject.id);
        switch (entry.action) {
            case "INDEX ATTACH":
            case "TABLE ATTACH":
                return !there?.attached;
            case "ROW SECURITY":
                return !there?.rowSecurity;
            case "COMMENT":
                // A run that was killed may have made the object and not its comment; before the copy, it makes all or nothing.
                return ofNew || (entry.section === "post" && there !== undefined && !there.commented);
            default:
                return ofNew || needed.has(entry.id);
        }
    };
    const isKey = (entry: Entry): boolean => {
        const fact = facts.get(entry.id);
        const parts = about(entry).filter((each) => each.section === "post");
        return fact ? fact.key || fact.viewRule : parts.length > 0 && entry.catalog === 0 && parts.every(isKey);
    };
    const missing = wanted.filter(isMissing);
    return {
        before: missing.filter((entry) => entry.section === "pre" || isKey(entry)),
        after: missing.filter((entry) => entry.section === "post" && !isKey(entry)),
    };
}

/** What an entry without an object is about: of a child and its parents the child, which needs them. */
function subjectOf(entry: Entry, about: Entry[]): Entry | undefined {
    const index = entry.action === "INDEX ATTACH";
    const candidates = about.filter((each) => each.catalog !== 0 && (!index || each.section === "post"));
    return candidates.find((each) => !candidates.some((other) => other.dependencies.includes(each.id)));
}
