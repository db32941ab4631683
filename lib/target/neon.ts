import * as pulumi from "@pulumi/pulumi";
import { parseConnection } from "../postgres/connection";
import { natAddresses, natAddressesDated } from "./neonRegions";
import type { Target } from "./target";

export interface NeonTargetArgs {
    /**
     * Connection URI of the Neon database, as its console shows it with connection pooling switched off: logical replication
     * needs the direct host, not the one with `-pooler` in it. A change takes effect in place; it must stay the same branch.
     */
    connectionString: pulumi.Input<string>;
    /**
     * Addresses from which Neon connects to the source. Defaults to the NAT gateway addresses of the region in the host's
     * name, from Neon's list of April 2026; Neon changes it now and then, and this argument takes its place.
     */
    egressAddresses?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A Neon project's database as the target. */
export function neonTarget(args: NeonTargetArgs): Target {
    const given = args.egressAddresses && pulumi.output(args.egressAddresses);
    // The addresses are public knowledge; that they were found by a secret URI's host makes them no secret.
    const derived = () => pulumi.unsecret(pulumi.output(args.connectionString).apply(egressOf));
    return { connectionString: pulumi.secret(args.connectionString), egressAddresses: given ?? derived() };
}

/** `aws-eu-central-1` for `ep-x.eu-central-1.aws.neon.tech`; undefined when the host is not one of Neon's. */
export function neonRegion(host: string): string | undefined {
    const match = /^ep-[a-z0-9-]+\.(?:c-\d+\.)?([a-z0-9-]+)\.(aws|azure)\.neon\.tech$/.exec(host.toLowerCase());
    return match ? `${match[2]}-${match[1]}` : undefined;
}

/** The direct host of a pooled one: `ep-x-pooler.eu-central-1.aws.neon.tech` without `-pooler`; else undefined. */
export function directHost(host: string): string | undefined {
    return /^ep-[a-z0-9-]+-pooler\..*neon\.tech$/i.test(host) ? host.replace(/-pooler(?=\.)/i, "") : undefined;
}

/** The addresses for a connection URI, empty for a URI that the checks refuse anyway. */
export function egressOf(uri: string): string[] {
    const host = parseConnection("target", uri).connection?.host;
    if (!host) {
        return [];
    }
    const region = neonRegion(host);
    const addresses = region && natAddresses[region];
    if (!addresses) {
        throw new pulumi.RunError(
            `the addresses from which Neon connects are not known for the host "${host}" (table of ${natAddressesDated}, regions ${Object.keys(natAddresses).join(", ")}). Give them as egressAddresses; Neon lists them at https://neon.com/docs/introduction/regions`,
        );
    }
    return addresses;
}
