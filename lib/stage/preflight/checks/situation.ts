import type { Relation, SourceFacts, TargetFacts } from "../facts";
import type { PreflightInputs } from "../inputs";

/** All that the checks of both sides together may look at. */
export interface Situation {
    inputs: PreflightInputs;
    source: SourceFacts;
    target: TargetFacts;
    /** The tables to migrate: ordinary tables and roots of partitioned ones. */
    tables: Relation[];
    /** What holds their rows: the ordinary tables and the partitions below the roots. */
    stores: Relation[];
}
