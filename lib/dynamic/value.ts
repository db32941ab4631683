/** What the engine sends in a preview for a value that is not known yet, whatever its type. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isUnknown(value: unknown): boolean {
    return value === unknownValue;
}

/** True when the two are the same JSON, whatever the order of keys. An absent value and null are one. */
export function sameValue(one: unknown, other: unknown): boolean {
    return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
    return JSON.stringify(value ?? null, (_key, inner) =>
        inner && typeof inner === "object" && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
            : inner,
    );
}
