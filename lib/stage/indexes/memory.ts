const mega = 1024 * 1024;

/**
 * The maintenance_work_mem, in bytes, for each of so many sessions that build indexes at once. shared_buffers says how big
 * the server is: providers set it to about a quarter of the memory. Undefined where the server's own setting is no less.
 */
export function sortMemory(own: number, sharedBuffers: number, jobs: number): number | undefined {
    const budget = Math.max(512 * mega, sharedBuffers);
    const each = Math.min(1024 * mega, Math.floor(budget / Math.max(1, jobs)));
    return each > own ? each : undefined;
}
