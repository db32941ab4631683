import type { ServerFacts } from "../facts";

/** How to set a parameter that takes effect with a restart, on this kind of server. */
export function setParameter(
    server: ServerFacts,
    side: "source" | "target",
    name: string,
    value: string | number,
): string {
    if (server.service === "rds") {
        const [group, wanted] = name === "wal_level" ? ["rds.logical_replication", 1] : [name, value];
        return `Set ${group} = ${wanted} in the ${side}'s DB parameter group and reboot the instance.`;
    }
    if (server.service === "azure") {
        return `Run: az postgres flexible-server parameter set --resource-group <group> --server-name <${side}> --name ${name} --value ${value} and then: az postgres flexible-server restart --resource-group <group> --name <${side}>`;
    }
    const literal = typeof value === "number" ? value : `'${value}'`;
    return `Run on the ${side}: ALTER SYSTEM SET ${name} = ${literal}; and restart the server.`;
}

/** A whole-number parameter, or undefined where the server has none of that name. */
export function numberSetting(server: ServerFacts, name: string): number | undefined {
    const value = server.settings[name]?.value;
    return value === undefined ? undefined : Number(value);
}
