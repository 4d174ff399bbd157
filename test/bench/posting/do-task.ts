/** What a bundled program says while it runs, and at its end. */
export type Report<Result> = { line: string } | { result: Result };

/** In a program that `runBundled` runs: does the task, says what it returns, and ends. */
export async function doTask<Task, Result>(
  work: (task: Task, say: (line: string) => void) => Promise<Result>,
): Promise<never> {
  const send = (report: Report<Result>) =>
    new Promise((resolve) => process.send?.(report, undefined, undefined, resolve));
  try {
    const task = JSON.parse(process.argv[2] ?? '') as Task;
    await send({ result: await work(task, (line) => void send({ line })) });
    process.exit();
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
