import { defineConfig } from "vitest/config";

/** The suffix says what a test needs: nothing, Pulumi's mocks, real Postgres servers, the real engine. */
export default defineConfig({
    test: {
        // Servers and engines are programs of their own: more files at a time would only wait for each other.
        maxWorkers: 2,
        reporters: ["default", "./test/support/countReporter.ts"],
        projects: [
            {
                extends: true,
                test: {
                    name: "unit",
                    include: ["test/**/*.test.ts"],
                    exclude: ["**/*.{mock,pg,engine}.test.ts"],
                },
            },
            { extends: true, test: { name: "mock", include: ["test/**/*.mock.test.ts"], testTimeout: 20_000 } },
            {
                extends: true,
                test: {
                    name: "pg",
                    include: ["test/**/*.pg.test.ts"],
                    globalSetup: "test/support/leftovers.ts",
                    testTimeout: 60_000,
                    hookTimeout: 60_000,
                },
            },
            {
                extends: true,
                test: {
                    name: "engine",
                    include: ["test/**/*.engine.test.ts"],
                    globalSetup: "test/support/leftovers.ts",
                    testTimeout: 300_000,
                    hookTimeout: 300_000,
                },
            },
        ],
    },
});
