export { Migration, type MigrationArgs, type StageSeconds } from "./migration";
export { type PostgresSourceArgs, postgresSource } from "./source/postgres";
export type { Source } from "./source/source";
export type { Phase } from "./stage/convergence/verdict";
export type { Problem } from "./stage/preflight/problem";
export { type NeonTargetArgs, neonTarget } from "./target/neon";
export { type PostgresTargetArgs, postgresTarget } from "./target/postgres";
export type { Target } from "./target/target";
