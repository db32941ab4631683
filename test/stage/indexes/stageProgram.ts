import { indexes } from "../../../lib/stage/indexes/lifecycle";
import { schema } from "../../../lib/stage/schema/lifecycle";
import { recorder } from "../schema/stages";

/** Runs one stage in a process of its own, so that a test can kill it: `stageProgram.ts schema|indexes <inputs as JSON>`. */
const [stage, inputs] = process.argv.slice(2);
(stage === "schema" ? schema : indexes).create(JSON.parse(inputs ?? "{}"), recorder()).catch(() => {
    process.exitCode = 1;
});
