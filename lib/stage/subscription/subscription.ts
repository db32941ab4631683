import type * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, Stage } from "../../dynamic/stage";
import type { SubscriptionInputs, SubscriptionOutputs } from "./lifecycle";

/** The replication slot on the source and the subscription on the target that reads it. */
export class Subscription extends Stage {
    declare public readonly subscriptionOid: pulumi.Output<SubscriptionOutputs["subscriptionOid"]>;
    declare public readonly enabled: pulumi.Output<SubscriptionOutputs["enabled"]>;
    declare public readonly slotState: pulumi.Output<SubscriptionOutputs["slotState"]>;
    declare public readonly subscribed: pulumi.Output<SubscriptionOutputs["subscribed"]>;
    declare public readonly sourceSystemIdentifier: pulumi.Output<SubscriptionOutputs["sourceSystemIdentifier"]>;
    declare public readonly sourceTimeline: pulumi.Output<SubscriptionOutputs["sourceTimeline"]>;

    constructor(name: string, args: ArgsOf<SubscriptionInputs>, opts: pulumi.CustomResourceOptions) {
        super(
            "Subscription",
            name,
            args,
            {
                subscriptionOid: undefined,
                enabled: undefined,
                slotState: undefined,
                subscribed: undefined,
                sourceSystemIdentifier: undefined,
                sourceTimeline: undefined,
            },
            opts,
        );
    }
}
