/** What the words after `npm run bench --` ask for. */
export interface Request {
    /** How often each way is measured. */
    rounds: number;
    /** Size of the database in GB, indexes included. */
    size: number;
}

export const usage = "npm run bench -- copy [--rounds 3] [--size 2]   (size of the database in GB)";

const defaults: Request = { rounds: 3, size: 2 };

export function readRequest(words: string[]): Request {
    const [what, ...options] = words;
    if (what !== "copy") throw refusal(what === undefined ? "Say what to measure" : `Unknown word "${what}"`);
    const request = { ...defaults };
    for (let i = 0; i < options.length; i += 2) {
        const option = options[i];
        const value = Number(options[i + 1]);
        if (option === "--rounds") {
            if (!Number.isInteger(value) || value < 1 || value > 99)
                throw refusal("--rounds takes a number from 1 to 99");
            request.rounds = value;
        } else if (option === "--size") {
            if (!(value >= 0.01 && value <= 100)) throw refusal("--size takes a number of GB from 0.01 to 100");
            request.size = value;
        } else {
            throw refusal(`Unknown word "${option}"`);
        }
    }
    return request;
}

function refusal(reason: string): Error {
    return new Error(`${reason}. Allowed is:\n    ${usage}`);
}
