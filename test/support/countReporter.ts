import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Closes a run with one line that scripts can read. */
export default class CountReporter implements Reporter {
    onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
        const count = { passed: 0, failed: 0, skipped: 0 };
        for (const module of modules) {
            let failedTests = 0;
            for (const test of module.children.allTests()) {
                const { state } = test.result();
                if (state === "passed") count.passed++;
                else if (state === "failed") failedTests++;
                else count.skipped++;
            }
            // A file that doesn't load, or whose hook fails, has no failed test to show for it.
            count.failed += failedTests || Number(module.state() === "failed");
        }
        count.failed += errors.length;
        console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    }
}
