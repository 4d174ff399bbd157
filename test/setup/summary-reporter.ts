import type { Reporter, TestModule } from 'vitest/node';

/** Ends every run with what passed only when it was repeated, and one line for people and machines: `N passed, N failed`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    const flaky: string[] = [];
    for (const module of modules) {
      count.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        count[test.result().state] += 1;
        if (test.diagnostic()?.flaky) flaky.push(`${module.relativeModuleId} > ${test.fullName}`);
      }
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.once('exit', () => {
      for (const name of flaky) console.log(`Flaky, passed when repeated: ${name}`);
      console.log(`${count.passed} passed, ${count.failed} failed${skipped}`);
    });
  }
}
