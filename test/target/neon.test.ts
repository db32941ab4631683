import { expect, test } from "vitest";
import { directHost, egressOf, neonRegion } from "../../lib/target/neon";
import { natAddresses } from "../../lib/target/neonRegions";

test.each([
    ["ep-mute-recipe-123456.us-east-2.aws.neon.tech", "aws-us-east-2"],
    ["ep-mute-recipe-123456.c-2.eu-central-1.aws.neon.tech", "aws-eu-central-1"],
    ["ep-mute-recipe-123456-pooler.us-east-2.aws.neon.tech", "aws-us-east-2"],
    ["ep-cold-sun-a8xyz.eastus2.azure.neon.tech", "azure-eastus2"],
    ["EP-X.US-EAST-1.AWS.NEON.TECH", "aws-us-east-1"],
    ["db.example.com", undefined],
    ["ep-x.us-east-2.aws.neon.tech.example.com", undefined],
])("%s is in %s", (host, region) => {
    expect(neonRegion(host)).toBe(region);
});

test.each([
    ["ep-x-1-pooler.us-east-2.aws.neon.tech", "ep-x-1.us-east-2.aws.neon.tech"],
    ["ep-pooler-1.us-east-2.aws.neon.tech", undefined],
    ["x-pooler.example.com", undefined],
])("the direct host of %s is %s", (host, direct) => {
    expect(directHost(host)).toBe(direct);
});

test("a region's addresses are found by the host of the connection URI", () => {
    expect(egressOf("postgresql://u:p@ep-x.eu-west-2.aws.neon.tech/db")).toEqual([
        "18.133.205.39",
        "3.10.42.8",
        "52.56.191.86",
    ]);
});

test("an unknown region says how to give the addresses, and no password", () => {
    expect(() => egressOf("postgresql://u:hunter2@ep-x.mars-1.aws.neon.tech/db")).toThrow(
        /are not known for the host "ep-x.mars-1.aws.neon.tech" \(table of 2026-04-01, .*Give them as egressAddresses/,
    );
});

test("the table holds single public addresses, each once", () => {
    const all = Object.values(natAddresses).flat();
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((address) => !/^(?!10\.|192\.168\.|0\.)\d{1,3}(\.\d{1,3}){3}$/.test(address))).toEqual([]);
});
