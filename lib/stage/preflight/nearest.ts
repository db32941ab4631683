/** The candidate that `text` most likely was meant to be, or undefined when none is near. Case never counts. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
    const wanted = text.toLowerCase();
    const farthest = Math.max(1, Math.floor(wanted.length / 3));
    let best: { candidate: string; distance: number } | undefined;
    for (const candidate of candidates) {
        const distance = editDistance(wanted, candidate.toLowerCase());
        if (distance <= farthest && (best === undefined || distance < best.distance)) {
            best = { candidate, distance };
        }
    }
    return best?.candidate;
}

/** How many single letters must be put in, taken out or changed (Levenshtein). */
function editDistance(one: string, other: string): number {
    let above = Array.from({ length: other.length + 1 }, (_, column) => column);
    for (let row = 1; row <= one.length; row++) {
        const current = [row];
        for (let column = 1; column <= other.length; column++) {
            const change = one[row - 1] === other[column - 1] ? 0 : 1;
            current.push(
                Math.min((above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + change),
            );
        }
        above = current;
    }
    return above[other.length] ?? 0;
}
