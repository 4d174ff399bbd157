import { DATE, REGION } from '../../infra/prices.ts';
import { billFor, floor, total } from './bill.ts';
import { operationsOf } from './operations.ts';
import { help, readPlan } from './plan.ts';

function main(): void {
  const command = readPlan(process.argv.slice(2));
  if (command === 'help') {
    console.log(help);
    return;
  }
  const { plan, isJson } = command;
  const operations = operationsOf(plan);
  const lines = billFor(operations);
  const [usd, least] = [total(operations), floor(operations)];
  if (isJson) {
    const report = { plan, region: REGION, date: DATE, total: usd, floor: least, lines };
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  for (const { what, count, unit, usd: price } of lines) {
    console.log(
      `  ${what.padEnd(20)}${amount(count).padStart(14)}  ${unit.padEnd(30)}${dollars(price).padStart(10)}`,
    );
  }
  console.log(`  ${'total'.padEnd(66)}${dollars(usd).padStart(10)}`);
  console.log(`
  ${(usd / least).toFixed(3)} times what messages, minutes and transfer alone would cost.
  Prices of ${REGION}, ${DATE}, without free tiers: infra/prices.ts names their sources.`);
}

const dollars = (usd: number) => `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
const amount = (count: number) =>
  count.toLocaleString('en-US', { maximumFractionDigits: count < 100 ? 2 : 0 });

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
